import { statfs } from 'node:fs/promises';

/** What file systems that are shared between machines call themselves in `f_type`: statfs(2), linux/magic.h. */
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB2'],
  [0xff534d42, 'CIFS'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x47504653, 'GPFS'],
  [0x19830326, 'BeeGFS'],
  [0x786f4256, 'a VirtualBox share'],
  [0xbacbacbc, 'a VMware share'],
]);

export interface FileSystemKind {
  /** `f_type` in hexadecimal; null where the system has no such number. */
  readonly type: string | null;
  /** The name of a file system that other machines may share, or whose server is a program; else null. */
  readonly network: string | null;
}

/** What kind of file system `folder` lies on. Only Linux tells. */
export async function fileSystemKind(folder: string): Promise<FileSystemKind> {
  if (process.platform !== 'linux') return { type: null, network: null };
  return kindOfType((await statfs(folder)).type);
}

export function kindOfType(type: number): FileSystemKind {
  // Where the number is one of 32 bits it may come as a negative one.
  const unsigned = type >>> 0;
  return { type: `0x${unsigned.toString(16)}`, network: NETWORK_TYPES.get(unsigned) ?? null };
}
