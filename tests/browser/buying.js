/* What journeys through a sale share: reading the captcha's answer where the site keeps it, and buying. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { follow } from "./visitor.js";

const settings = () => Object.fromEntries(readFileSync(join(dirname(process.env.PLAZA_LOGS), "plaza.conf"), "utf8")
	.split("\n").map((line) => line.split(" = ")));

const redis = (...words) => {
	const conf = settings();

	return execFileSync("redis-cli", ["-s", conf["redis.socket"], "--no-auth-warning", "-a", conf["redis.password"], ...words])
		.toString().trim();
};

/** The demo data's sales: { open, soon, over }, an address each. */
export const sales = async (page) => {
	const first = (title) => page.locator(`section[aria-labelledby=${title}] h3 a`).first().getAttribute("href");

	await page.goto("/sales");
	return { open: await first("open-title"), soon: await first("soon-title"), over: await first("ended-title") };
};

/** What is to be typed for the picture of the page, as a person would type it. */
export const answer = async (page) => {
	const id = await page.locator("[name=captcha_id]").getAttribute("value");

	return redis("GET", `captcha:${id}`).slice(0, 5).toLowerCase();
};

/** Buys, unless the visitor did so before; the order's address. */
export const buy = async ({ page }, sale) => {
	await page.goto(sale);
	if (await page.locator("#captcha").count()) {
		await page.fill("#captcha", await answer(page));
		await follow(page, "#buy form .button");
	} else {
		await follow(page, "#buy .buttons a");
	}
	await page.waitForURL(/\/orders\/\d+$/);
	return new URL(page.url()).pathname;
};
