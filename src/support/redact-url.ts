const USER_INFO = /([a-z][a-z0-9+.-]*):\/\/([^\s/?#]*)@/gi;
const SECRET_PARAMETER =
  /([?&](?:[^=&#\s]*(?:token|secret|passw|signature|credential|api[-_]?key|access[-_]?key)[^=&#\s]*|key|sig|auth)=)[^&#\s]+/gi;

/**
 * A URL, or a text with URLs in it, that may be shown: without user, password and secret query parameters. The user
 * of an ssh or git URL stays, because it is no secret there.
 */
export function redactUrl(text: string): string {
  return text.replace(USER_INFO, redactUserInfo).replace(SECRET_PARAMETER, '$1***');
}

function redactUserInfo(_match: string, scheme: string, userInfo: string): string {
  const [user = '', ...password] = userInfo.split(':');
  const isUserPublic = /^(git\+)?ssh$|^git$/i.test(scheme) && password.length === 0;
  return `${scheme}://${isUserPublic ? user : '***'}@`;
}

/** The URL without user and password, for places where it is used and not only shown. */
export function withoutCredentials(url: string): string {
  return url.replace(USER_INFO, '$1://');
}
