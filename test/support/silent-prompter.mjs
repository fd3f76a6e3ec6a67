// The window that asks for the password of a keyring, without a person: it takes its name on the bus, and what is said
// to it goes unanswered. Just enough of D-Bus for that.
import { connect } from 'node:net';

const path = /unix:path=([^,;]+)/.exec(process.env.DBUS_SESSION_BUS_ADDRESS ?? '')?.[1];
if (!path) throw new Error('there is no session bus');
const bus = connect(decodeURIComponent(path));
const uid = Buffer.from(String(process.getuid?.())).toString('hex');
bus.on('close', () => process.exit());
bus.on('error', () => process.exit());
bus.write(`\0AUTH EXTERNAL ${uid}\r\n`);
bus.once('data', () => {
  bus.write('BEGIN\r\n');
  bus.write(call(1, 'Hello', '', Buffer.alloc(0)));
  bus.write(
    call(2, 'RequestName', 'su', Buffer.concat([text('org.gnome.keyring.SystemPrompter'), number(0)])),
  );
  bus.resume();
});

/** A method call to the bus itself. */
function call(serial, member, signature, body) {
  const fields = [
    field(1, 'o', text('/org/freedesktop/DBus')),
    field(2, 's', text('org.freedesktop.DBus')),
    field(3, 's', text(member)),
    field(6, 's', text('org.freedesktop.DBus')),
  ];
  if (signature)
    fields.push(field(8, 'g', Buffer.from(`${String.fromCharCode(signature.length)}${signature}\0`)));
  const last = fields.length - 1;
  const array = Buffer.concat(fields.map((each, n) => (n === last ? each : padded(each, 8))));
  const head = Buffer.concat([
    Buffer.from('l\x01\0\x01'),
    number(body.length),
    number(serial),
    number(array.length),
  ]);
  return Buffer.concat([padded(Buffer.concat([head, array]), 8), body]);
}

function field(code, type, value) {
  return Buffer.concat([Buffer.from([code, 1, type.charCodeAt(0), 0]), value]);
}

/** The length, the text and a NUL, up to where a number may follow. */
function text(value) {
  return padded(Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(`${value}\0`)]), 4);
}

function number(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function padded(bytes, to) {
  return Buffer.concat([bytes, Buffer.alloc((to - (bytes.length % to)) % to)]);
}
