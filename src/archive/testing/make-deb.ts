/** A Debian package with the given archive of files in it. */
export function makeDeb(name: string, data: Uint8Array): Buffer {
  const members = [
    member('debian-binary', Buffer.from('2.0\n')),
    member('control.tar', Buffer.from('odd')),
    member(name, data),
  ];
  return Buffer.concat([Buffer.from('!<arch>\n'), ...members]);
}

/** The header of `ar` has the name, four numbers that nobody reads, the size and two bytes that end it. */
function member(name: string, content: Uint8Array): Buffer {
  const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}`;
  const size = String(content.length).padEnd(10);
  return Buffer.concat([Buffer.from(`${header}${size}\`\n`), content, Buffer.alloc(content.length % 2, '\n')]);
}
