/** Whether an environment variable that is a switch is on: set, and neither empty nor `0` nor `false`. */
export function isSwitchedOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
