/* Somebody who visits the site in a browser of their own, and what all of them watch for. */
import { chromium } from "playwright-core";

import { none } from "./tap.js";

export const site = process.env.PLAZA_SITE;
export const password = process.env.PLAZA_PASSWORD;

/* On a machine that is slow, or busy with others, what must happen takes its time. */
const patience = 60000;

let browser;

export const browserStart = async () => {
	browser = await chromium.launch({
		executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
		args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
			"--disable-component-update", "--disable-sync"],
	});
};
export const browserStop = () => browser?.close();

/* A page that answers 404 or 422 is reported as a resource that failed to load: the journey asked for it. */
const isAnswerOfPage = (message, answers) =>
	message.text().startsWith("Failed to load resource") && answers.has(message.location().url.split("#")[0]);

/* Errors and warnings of the console (the policy against foreign content reports there), script errors, requests
 * to another host or that fail, answers that are the server's fault. */
const watch = (context, problems) => {
	const answers = new Set();

	context.on("console", (message) => {
		if (["error", "warning"].includes(message.type()) && !isAnswerOfPage(message, answers))
			problems.push(`console: ${message.text()} (${message.location().url})`);
	});
	context.on("weberror", (error) => problems.push(`script: ${error.error().message}`));
	context.on("request", (request) => {
		const url = new URL(request.url());

		if (url.protocol !== "data:" && url.origin !== site)
			problems.push(`another host: ${url}`);
	});
	context.on("requestfailed", (request) => {
		if (request.failure()?.errorText !== "net::ERR_ABORTED")
			problems.push(`failed: ${request.url()} ${request.failure()?.errorText}`);
	});
	context.on("response", (response) => {
		if (response.status() >= 500 || (response.status() >= 400 && !response.request().isNavigationRequest()))
			problems.push(`${response.status()}: ${response.url()}`);
		if (response.request().isNavigationRequest())
			answers.add(response.url().split("#")[0]);
	});
};

/**
 * A visitor with cookies of their own. as: a demo account to log in with. English, a desktop and script are what
 * journeys are told for; lang, width, height, js, scheme change that.
 */
export const visit = async ({ js = true, lang = "en-US", width = 1280, height = 900, scheme = "light", as } = {}) => {
	const problems = [];
	const context = await browser.newContext({
		javaScriptEnabled: js,
		locale: lang,
		viewport: { width, height },
		colorScheme: scheme,
		/* Colours and places are looked at as they are in the end. */
		reducedMotion: "reduce",
		baseURL: site,
	});

	watch(context, problems);
	context.setDefaultTimeout(patience);
	const visitor = { context, problems, js, page: await context.newPage() };

	if (as && await logIn(visitor, as, password) !== 200)
		throw new Error(`${as} cannot log in: ${await visitor.page.locator("main").textContent()}`);
	return visitor;
};

export const leave = async (visitor, name) => {
	none(visitor.problems, `${name}: no console error, no script error, nothing blocked, no other host asked`);
	await visitor.context.close();
};

/** Clicks what leads to another page, or to this one again; the answer of that page. */
export const follow = async (page, target) => {
	const [answer] = await Promise.all([
		page.waitForNavigation(),
		(typeof target === "string" ? page.locator(target) : target).click(),
	]);

	return answer;
};

/** A button of the main part by its name. */
export const button = (page, name) => page.locator("main").getByRole("button", { name, exact: true });

/** Sends a form by the button of that name; the answer's status. */
export const send = async (page, name) => (await follow(page, button(page, name))).status();

export const logIn = async ({ page }, name, secret) => {
	await page.goto("/login");
	await page.fill("#login", name);
	await page.fill("#password", secret);
	/* Its name depends on the language. */
	return (await follow(page, "main form .button")).status();
};

/** Proves once more who one is, as sensitive pages ask, and goes on to the address. */
export const prove = async (page, next) => {
	await page.goto(`/settings/confirm?next=${encodeURIComponent(next)}`);
	await page.fill("#password", password);
	await follow(page, "main form .button");
};

/** Asks again and again, until it is so; false when it never was. */
export const until = async (isSo) => {
	for (const end = Date.now() + patience; Date.now() < end;) {
		if (await isSo())
			return true;
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
	return false;
};

/** A mail goes by the queue and a worker: it takes a moment. Opens the newest one to that address. */
export const openMail = async (page, to, subject) => {
	const mail = page.locator("main li", { hasText: to }).getByRole("link", { name: subject });
	const hasCome = async () => await page.goto("/dev/outbox") && await mail.count() > 0;

	if (!await until(hasCome))
		throw new Error(`no mail to ${to} about ${subject}`);
	await follow(page, mail.first());
};

/** The browser's own checks hold back what the server is to be asked. */
export const withoutBrowserChecks = (page) =>
	page.locator("main form").evaluateAll((forms) => forms.forEach((form) => { form.noValidate = true; }));

/**
 * A field the server found fault with: marked, described by a message, what was typed kept, and in focus, so that
 * it is read out. Returns what is missing of that.
 */
export const faultsOf = async (page, selector, typed) => {
	const seen = await page.locator(selector).evaluate((field) => ({
		isInvalid: field.getAttribute("aria-invalid") === "true",
		messages: (field.getAttribute("aria-describedby") || "").split(" ")
			.map((id) => document.getElementById(id))
			.filter((part) => part?.classList.contains("error") && part.textContent.trim() && part.offsetHeight > 0)
			.length,
		isFocused: document.activeElement === field,
		value: field.value,
	}));
	const faults = [];

	if (!seen.isInvalid)
		faults.push("not marked as invalid");
	if (!seen.messages)
		faults.push("no message beside it");
	if (!seen.isFocused)
		faults.push("not in focus");
	if (seen.value !== typed)
		faults.push(`holds ${JSON.stringify(seen.value)}, not ${JSON.stringify(typed)}`);
	return faults;
};

/** Writes and publishes a post; its address. */
export const publish = async ({ page }, title, body) => {
	await page.goto("/posts/new");
	await page.fill("#title", title);
	await page.fill("#body", body);
	await send(page, "Publish");
	return new URL(page.url()).pathname;
};
