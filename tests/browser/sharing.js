/* Guests who come together share one page: nginx asks the program once a second, however many they are. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { check, equal } from "./tap.js";
import { until } from "./visitor.js";

const GUESTS = 100;
const site = process.env.PLAZA_SITE;
const logs = process.env.PLAZA_LOGS;

/** How often a program has answered a GET of the path. */
const answered = (program, path) => readdirSync(logs).filter((name) => name.startsWith(`${program}_`) && name.endsWith(".log"))
	.map((name) => readFileSync(join(logs, name), "utf8").split(` GET ${path} 200 `).length - 1)
	.reduce((all, some) => all + some, 0);

const get = (path) => fetch(site + path, { headers: { "Accept-Language": "en" } });

const together = async (program, path) => {
	const before = answered(program, path);
	const began = Date.now();
	const answers = await Promise.all(Array.from({ length: GUESTS }, () => get(path)));
	const texts = new Set(await Promise.all(answers.map((answer) => answer.text())));
	const most = 2 + Math.ceil((Date.now() - began) / 1000);
	let asked;

	/* A program writes its line when the page is on its way. */
	await until(() => {
		asked = answered(program, path) - before;
		return asked >= 1 && texts.size <= asked + 1;
	});
	equal(answers.filter((answer) => answer.status === 200).length, GUESTS, `sharing ${program}: everybody is answered`);
	check(asked >= 1 && asked <= most, `sharing ${program}: the program made ${asked} pages for ${GUESTS} guests, at most ${most}`);
	/* Whoever comes while it is made reads the one before. */
	check(texts.size <= asked + 1, `sharing ${program}: they read the same page`);
};

export default async () => {
	const list = await (await get("/sales")).text();
	const [, sale] = list.match(/href="(\/sales\/\d+)"/);

	/* What was asked a moment ago is too old by then. */
	await new Promise((done) => setTimeout(done, 2500));
	await together("post", "/");
	await together("sale", sale);
	await together("sale", "/sales");
};
