/* What nginx refuses by itself: a page of ours with the headers that every page has, whatever was wrong. */
import { connect } from "node:net";

import { equal, none } from "./tap.js";

const { hostname, port } = new URL(process.env.PLAZA_SITE);

/** The whole answer to bytes that no browser would send. */
const answer = (bytes) => new Promise((done, failed) => {
	const socket = connect(Number(port), hostname, () => socket.write(bytes));
	let text = "";

	socket.setEncoding("utf8").setTimeout(10000, () => socket.destroy(new Error("no answer")));
	socket.on("data", (piece) => { text += piece; }).on("end", () => done(text)).on("error", failed);
});

const request = (line, ...more) => [line, ...more, "Connection: close", "", ""].join("\r\n");
const host = `Host: ${hostname}`;
const methods = ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PLAZA"];
const cases = [
	...methods.map((method) => [`${method} a form`, 405, request(`${method} /login HTTP/1.1`, host)]),
	["PUT a file", 405, request("PUT /assets/site.css HTTP/1.1", host)],
	["PUT one of these pages", 404, request("PUT /nginx-errors/405.html HTTP/1.1", host)],
	["no host", 400, request("GET / HTTP/1.1")],
	["a line of nonsense", 400, request("GET /login nonsense", host)],
	["an address too long", 414, request(`GET /${"a".repeat(9000)} HTTP/1.1`, host)],
	["a header too long", 400, request("GET / HTTP/1.1", host, `Cookie: a=${"a".repeat(9000)}`)],
	["too large a form", 413, request("POST /login HTTP/1.1", host, "Content-Length: 100000") + "a".repeat(100000)],
	["a file that is not there", 404, request("GET /assets/none.css HTTP/1.1", host)],
	["a hidden file", 404, request("GET /.git/config HTTP/1.1", host)],
];
const headers = [
	/^Content-Type: text\/html; charset=utf-8$/m, /^X-Content-Type-Options: nosniff$/m, /^X-Frame-Options: DENY$/m,
	/^Content-Security-Policy: default-src 'none';/m, /^Cache-Control: (private, )?no-(store|cache)$/m, /^Server: nginx$/m,
];

const faults = (text) => {
	const [head, body] = text.replaceAll("\r", "").split("\n\n", 2);
	const found = headers.filter((wanted) => !wanted.test(head)).map((wanted) => `${wanted} in ${head}`);

	if (!/<html lang="/.test(body) || /nginx/i.test(body))
		found.push(`a page of ours: ${body}`);
	if (head.includes(" 405 ") && !/^Allow: GET, HEAD, POST$/m.test(head))
		found.push(`Allow: ${head}`);
	return found;
};

export default async () => {
	for (const [name, status, bytes] of cases) {
		const text = await answer(bytes);

		equal(Number(text.split(" ")[1]), status, `refusals: ${name}: ${status}`);
		none(faults(text), `refusals: ${name}: our page and its headers`);
	}
};
