// Runs inside a recipe's script: says which gate it stands at, and waits until the test lets it through.
// Exit code 0 when it was let through, 1 when it was turned away or the test is over.
import { connect } from 'node:net';

const [port, name] = process.argv.slice(2);
let answer = '';
const socket = connect(Number(port), '127.0.0.1', () => socket.write(`${name}\n`));
socket.setEncoding('utf8');
socket.on('data', (text) => (answer += text));
socket.on('error', () => {});
socket.on('close', () => (process.exitCode = answer === 'pass' ? 0 : 1));
