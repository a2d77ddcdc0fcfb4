/*
 * A mail server with TLS for tests: smtp_tls.js MODE KEY CERTIFICATE. MODE is "smtps" (TLS from the first byte),
 * "starttls" (offered) or "plain" (not offered). Prints its port, then each line it hears, after "tls " or "open ".
 */
import fs from "node:fs";
import net from "node:net";
import tls from "node:tls";

const [mode, key, certificate] = process.argv.slice(2);
const context = tls.createSecureContext({ key: fs.readFileSync(key), cert: fs.readFileSync(certificate) });

const answer = (line, isSafe) => {
	if (/^EHLO/.test(line)) {
		const offers = ["test", ...(mode === "starttls" && !isSafe ? ["STARTTLS"] : []), "AUTH PLAIN"];

		return offers.map((offer, i) => `250${i + 1 < offers.length ? "-" : " "}${offer}\r\n`).join("");
	}
	if (line === "AUTH PLAIN") return "334 \r\n";
	if (line === "DATA") return "354 go on\r\n";
	if (line === "QUIT") return "221 bye\r\n";
	/* One word that is no command is a password. */
	if (/^[A-Za-z0-9+/]+=*$/.test(line)) return "235 come in\r\n";
	return "250 fine\r\n";
};

const converse = (socket, isSafe) => {
	let rest = "";
	let isData = false;

	socket.on("error", () => socket.destroy());
	socket.on("data", (bytes) => {
		rest += bytes;
		for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
			const line = rest.slice(0, end);

			rest = rest.slice(end + 2);
			fs.writeSync(1, `${isSafe ? "tls" : "open"} ${line}\n`);
			if (isData && line !== ".") continue;
			if (line === "STARTTLS" && !isSafe && mode === "starttls") {
				socket.removeAllListeners("data");
				socket.write("220 go ahead\r\n");
				converse(new tls.TLSSocket(socket, { isServer: true, secureContext: context }), true);
				return;
			}
			socket.write(isData ? "250 taken\r\n" : answer(line, isSafe));
			isData = !isData && line === "DATA";
		}
	});
};

const server = net.createServer((socket) => {
	const isSafe = mode === "smtps";
	const talk = isSafe ? new tls.TLSSocket(socket, { isServer: true, secureContext: context }) : socket;

	converse(talk, isSafe);
	talk.write("220 test\r\n");
});

server.listen(0, "127.0.0.1", () => fs.writeSync(1, `${server.address().port}\n`));
