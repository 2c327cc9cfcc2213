import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { decompress, type Compression } from './decompress.js';

const lines = Array.from({ length: 300 }, (_, index) => `line ${String(index)}\n`).join('');
const ascii = String.fromCharCode(...Array.from({ length: 128 }, (_, index) => index));
const CONTENT = Buffer.from(`${lines}${'a'.repeat(1000)}${ascii}`);

/** The content as gzip 1.12, bzip2 1.0.8, xz 5.4 and zstd 1.5 pack it. */
const PACKED: Readonly<Record<Compression, readonly string[]>> = {
  gz: [
    'H4sIAAAAAAACA+3W15ZUVRSFYcSAtoAiRkRABUQxnDlPRpFgQKIBDJhRUdEWA0mSvrowav6Ld3D0udlX/Y+qrvXtdZbPnT+7rVla',
    'vn1ocXhxtIujWxz94hgWx7g4psUx58/JpKOElJKSUlpKTKkpOaXn9MznSs/pOT2n5/ScntNzem16bXotXzS9Nr02vTa9Nr02vTa9',
    'Lr0uvS69jv9cel16XXpdel16XXp9en16fXp9ej0/RXp9en16fXp9ekN6Q3pDekN6Q3oDv216Q3pDekN6Y3pjemN6Y3pjemN6I8OS',
    '3pjemN6U3pTelN6U3pTelN6U3sT0pTelN6c3pzenN6c3pzenN6c3pzczzjXPDHTDRDeMdMNMNwx1w1Q3jHXDXDcMdkP5DhXKhaW0',
    'FJfyUmBKTJHBjEAjl0LKuBFwhBxBR9gReIQewUf4UVvAKUNIGBKIhCLBSDgSkIQkQUld3R2U0SQ4CU8ClBAlSAlTApVQpb6uJcrA',
    'ErIELWFL4BK6BC/hSwDTUDceZYwJZEKZYCacCWhCmqAmrGmsy5Qy3IQ3AU6IE+SEOYFOqBPsNNU9TRl5gp6wJ/AJfYKf8CcACoGa',
    'awXUDmAJYNAYNAaNQWPQGDQGjUFj0Kr1QhmDxqAxaAwag8agMejaW7W47mwuyrW7annV9qr1VfurFhgGjUFj0G0tRcoYNAaNQWPQ',
    'GDQGjUFj0Bh0V/uWMgaNQWPQGDQGjUFj0Bg0Bt3XKqeMQWPQGDQGjUFj0Bg0Bo1BD/WWQBmDxqAxaAwag8agMWgMGoMe6wWEMgaN',
    'QWPQGDQGjUFj0Bg0Bj3Vuw1lDBqDxqAxaAwag8agMWgMeq7XpnnpzMqz8qw8//tn1V2r777n3vvW3P/A0oNr161/6OENj2x89LHH',
    'n3jyqU1Pb35my9Ztzz73/PYdO1/Y9eJLu19+5dXXmlsvk10/jNO85/U39r65b/+Bg2+9/c67h947fOToseMn3v/gw49Onvr4k08/',
    'O/35F19+9fU335757vsfzv7408/nfvl1+bfzv//x518XLl66fOXvq9eu37j5z7//ARhSImiGDgAA',
  ],
  bz2: [
    'QlpoOTFBWSZTWdh5hRwABCF/gf////////////////////+AgAAIQAMQJwAEDRUjeqe/VUGgAA0AAfqQBkNAAAANAAaaAGgAA9Q6',
    'n4B/6qqjRgTQ0NBpiYjQ0xDRoMmmIMTAJiYIwIyYJhACDTEwAAAAAAAAAAAAAARhGAAAACJvUqPaqf+VVI0aDJpiaMIaDRpkMBDI',
    '000AMgDTCNDCaYjTIMh/YIYo5JZp3JuLSChB37W2t/B4fFcToACYhASiICQIwRgkCICUQgJiAAnUAAmUEICdAATEICURASBGCMEg',
    'RASiEBMQAE6gAEoiAkCMEYJAiAlEICYgAJwJJJJJnZ6foKGio6Slpn9PUVNVV1lbXV9hYxgEQIBZ2jYFrbW9xc3V3eQYV6+a0Na1',
    'rWtgFwqSSSWMYxjGOOKt88eKqqqzMzMzLIG223qm3DbbbznOc5y0iMQSTGIJJiHMYqamMQSTGIJJjEEkxiCSYxBJMYgkmMRVVLbb',
    'bWooSSSTu7u7taimMQSTGIAxiAIwTiJDGIAxiAMYgDGIAxiAMYh1TG221aUpJJW7u7u0tQAAACSQAAAB1TdNttZSQkkrt3d3aVgA',
    'AAAKqoAAB1WhvQ22tKSVJJXdu7u0sgAAAAAalVQADqnpb0ttaEkloSV3du7tLSAAAAAABdVQDqm8t5bVJJJaUru7t3aWgAAAAAAA',
    'DNVTqm3bdtCSSSyru7u3aVAAAAAAAAAadBL06W207SEkklnOc5zm7YAAAAAAAEyU+DwuH63r+xxOL7Ptcb2+P7nI93Oz9DR0tPU1',
    'dbX2Imztbe5u72/wcPE6kSKAIqoOWNHARAgHPldHT1dwCIEA7O118iBAgEd69ARAgHfK+Hj5efp6+3v8fP19/n7/OvwP8XckU4UJ',
    'DYeYUcA=',
  ],
  xz: [
    '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4A6FAXhdADYaSh8IoCXB3pS6kMw7Kx81OvJf1Z5+c7Le6vfCLQQnMVvKDEf8ldIdW3yk',
    'SPjamraGPS5yX8qBD6MEmU+0TErz7LQZF1glZAp03R+qhGXcA+rC+wSWn1D3P0AzkZjOe0yhx9gSiKScdGhYsWbMyqp7fQ9kgTf8',
    '5xsAy4xoF/jyQEYRZ0gldaR0jaVjdfnz6nz6bcwn6GiFwsk7QkMk5CIIvu9hxTlP/E5PV/iagvYAed/rbsdecLu7FSSRLVQ4Ai4j',
    'YX9w3JDCBGntbN1hzPsSkEXuGfkVtg7bk56LJE8l52E+I21hDFn2F8i8m/vsTpjmnD7cprR6rC86jemEkXbCkg0lU17BHDuIiYoO',
    'iL0q8Gb/cHhzC0VmE56m6iwovaMHRclZd8P7CGJ7cQ8ivUo/+1mtHqey93FSHX+EkG6bJycll8Z5LoR+vgc7puQ9QCRNthHzI6FH',
    'aA+EkW2XGjiApHIZk7ctaSksfw/4hEhci9LiMxjqeWAAlzKk9OcASYYAAZQDhh0AAJwjzt6xxGf7AgAAAAAEWVo=',
  ],
  zst: [
    'KLUv/QRodAUA4kwZEaCnOZD0/680EREiJTe/tFoB8zzP8zzP89x777333jvnnHPOOef//////7Isy7Isy7I8xhhjjDHG3d3d3Z2Z',
    'mZmZWVVVVVUVEREREdHMzMzMTNu2bUuSJEn+//84K5pyQAKhGIiAlqgQsN4MwJPqEBLjAy1VWra0aNnSoqU7nXJyU5rIFBMvZYlK',
    'KXxZM60xV1pTrbE1qaRIID3iaCOMLFIW78477667ItBSxQkA9hpIEhDYCpIODG5Jquy9924k6cQxlzAAKgA6AGg0Gp3NZrPZbDab',
    'zWKxWCwWi8Visdfr9Xq9Xq/Xq9VqtVqtVqvVWq1Wq9VqtVqtBnVd13Vd18/Pz8/Pz8/Pz8/pdDqdTqfT6fT/////f++9995772g0',
    'Go1GBxMkRIDwwEEDBgsU6CRAcMBAAQIDBAQAsKOTeZ7neZ7neY7jOI7jOI7j933f933f923btm3btm3bdR1z5MSB88ZNGzZr1KRB',
    'c8ZMGTJjxIQB88VLFy5btGTBcsXKThUqU6REgfLESRMmS5QkQXLESBEiQ4QEAfLDRw8eO3TkwHHDRg0aM2TEgPEi8ayedJGLFixW',
    'qEiB4oSJEiRGiAgB4oOHDhw2aMiA4YKFChQCgJaoEPJr4McSGP/+//9n5JkAqGgdgS2xiQ==',
  ],
};

const PROGRAMS: Readonly<Record<Compression, string>> = { gz: 'gzip', bz2: 'bzip2', xz: 'xz', zst: 'zstd' };

describe.each(Object.keys(PACKED) as Compression[])('%s', (compression) => {
  const packed = Buffer.from(PACKED[compression].join(''), 'base64');

  test('is decompressed, in chunks of any size', async () => {
    for (const size of [1, 7, 512, packed.length]) {
      expect((await unpack(compression, packed, size)).equals(CONTENT)).toBe(true);
    }
  });

  test('may consist of several streams', async () => {
    const twice = await unpack(compression, Buffer.concat([packed, packed]), 100);
    expect(twice.equals(Buffer.concat([CONTENT, CONTENT]))).toBe(true);
  });

  test('that is cut off, wherever, is an error', async () => {
    for (let end = 0; end < packed.length; end += 1) {
      await expect(unpack(compression, packed.subarray(0, end), 64)).rejects.toMatchObject({
        message: expect.any(String),
      });
    }
  });

  test('of which a bit is wrong is an error, or the bit does not matter', async () => {
    // The library of Zstandard does not give back the memory of a stream that it could not decode.
    const step = compression === 'zst' ? 11 : 1;
    for (let index = 0; index < packed.length; index += step) {
      const damaged = Buffer.from(packed);
      damaged[index] = (damaged[index] ?? 0) ^ (1 << (index % 8));
      const unpacked = await unpack(compression, damaged, packed.length).catch(() => undefined);
      if (unpacked) expect(unpacked.equals(CONTENT)).toBe(true);
    }
  });

  test('that is something else is an error', async () => {
    await expect(unpack(compression, Buffer.from('<html>not found</html>'), 64)).rejects.toMatchObject({
      message: expect.any(String),
    });
  });

  const withProgram = isThere(PROGRAMS[compression]) ? test : test.skip;
  withProgram.each(Object.entries(contents()))('of %s comes out as its own program packed it', async (_, content) => {
    const made = execFileSync(PROGRAMS[compression], ['-c'], { input: content, maxBuffer: 1 << 26 });
    expect((await unpack(compression, made, 64 * 1024)).equals(content)).toBe(true);
  });
});

async function unpack(compression: Compression, bytes: Buffer, size: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of await decompress(chunksOf(bytes, size), compression)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

function* chunksOf(bytes: Buffer, size: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

/** What is hard on one packer or another: nothing, runs of each length, noise, blocks of bzip2 that are full to the brim. */
function contents(): Readonly<Record<string, Buffer>> {
  const runs = Array.from({ length: 600 }, (_, length) => Buffer.alloc(length, length % 256));
  return {
    nothing: Buffer.alloc(0),
    'one byte': Buffer.from('x'),
    runs: Buffer.concat(runs),
    zeros: Buffer.alloc(3_000_000),
    noise: noise(1_000_000),
    'a text that repeats itself': Buffer.alloc(2_000_000, 'now and then '),
    'a text with much noise': Buffer.concat(Array.from({ length: 400 }, () => Buffer.concat([noise(2000), CONTENT]))),
  };
}

/** Bytes that do not compress, the same each time. */
function noise(bytes: number): Buffer {
  let state = 42;
  return Buffer.from(Array.from({ length: bytes }, () => (state = Math.imul(state, 1103515245) + 12345) >>> 16));
}

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
