/* Files that are no picture, or too large a one, where pictures are sent. */
import { writeFileSync } from "node:fs";
import { join as path } from "node:path";

import { axe } from "./pages.js";
import { equal, matches, none } from "./tap.js";
import { faultsOf, follow, send, withoutBrowserChecks } from "./visitor.js";

/** 64 x 48 pixels in four colours. */
export const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAEAAAAAwCAIAAAAuKetIAAAACXBIWXMAAA7EAAAOxAGVKw4bAAAAZElEQVRoge3RAQ0AMQzDwG1I"
	+ "AukhDWIhDUVkveQDkMrqnmQ1fbc6v053vs8AmgE0A2gG0AygGUAzgGYAzQCaATQDaDuZ6oGZVPd//wEDaAbQDKAZQDOAZgDNAJoBNANoBtAMoD2h"
	+ "fAUP3f+iWgAAAABJRU5ErkJggg==", "base64");

/* A little, which the program says, and so much that nginx does not ask it: either way one reads how large a picture
 * may be, and comes back. */
const tooLarge = async ({ page, js }, how, form) => {
	const file = path(process.env.PLAZA_STATE, "huge.png");

	writeFileSync(file, Buffer.concat([png, Buffer.alloc(6 << 20)]));
	await page.setInputFiles(form.field, file);
	equal(await send(page, form.button), 422, `${how}: 6 MB: 422`);
	matches(await page.locator(`${form.field}-error`).textContent(), /at most 5 MB/, `${how}: 6 MB: the limit is said at the field`);
	for (const megabytes of [9, 40]) {
		writeFileSync(file, Buffer.alloc(megabytes << 20));
		await page.setInputFiles(form.field, file);
		equal(await send(page, form.button), 413, `${how}: ${megabytes} MB: 413`);
		equal(await page.locator("h2").textContent(), "Picture too large", `${how}: ${megabytes} MB: a page of our own`);
		matches(await page.locator("section").textContent(), /may have 5 MB/, `${how}: ${megabytes} MB: which says the limit`);
		if (js)
			none(await axe(page, {}), `${how}: ${megabytes} MB: no violation of axe's rules`);
		await follow(page, page.getByRole("link", { name: form.back }));
		matches(page.url(), form.leadsTo, `${how}: ${megabytes} MB: and leads back`);
		await page.goto(form.at);
	}
};

/** What is refused, and how that looks. form: at, field, button; back, leadsTo: the link of nginx's page and its end. */
export const refusals = async (visitor, how, form) => {
	const { page } = visitor;

	await page.goto(form.at);
	await withoutBrowserChecks(page);
	equal(await send(page, form.button), 422, `${how}: no picture: 422`);
	none(await faultsOf(page, form.field, ""), `${how}: no picture: said at the field`);
	await page.setInputFiles(form.field, { name: "page.png", mimeType: "image/png", buffer: Buffer.from("<!doctype html><script>alert(1)</script>") });
	equal(await send(page, form.button), 422, `${how}: something else under the name of one: 422`);
	none(await faultsOf(page, form.field, ""), `${how}: something else under the name of one: said at the field`);
	matches(await page.locator(`${form.field}-error`).textContent(), /Only JPEG, PNG, WebP and GIF/, `${how}: and what can be used`);
	await tooLarge(visitor, how, form);
};
