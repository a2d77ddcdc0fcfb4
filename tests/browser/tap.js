/* Checks, printed as TAP: a line "ok N - text" or "not ok N - text" each, and the plan at the end. */
import { isDeepStrictEqual, inspect } from "node:util";

let count = 0;
let failed = 0;

/** detail says more when the check fails: a value, or a function that makes it. */
export const check = (isRight, text, detail) => {
	count++;
	console.log(`${isRight ? "ok" : "not ok"} ${count} - ${text.replaceAll("\n", " ").replaceAll("#", "\\#")}`);
	if (isRight)
		return;
	failed++;
	const more = typeof detail === "function" ? detail() : detail;

	for (const line of more === undefined ? [] : String(more).split("\n"))
		console.log(`# ${line}`);
};

export const equal = (actual, expected, text) =>
	check(isDeepStrictEqual(actual, expected), text, () => `got ${inspect(actual)}\nnot ${inspect(expected)}`);

export const matches = (actual, pattern, text) =>
	check(pattern.test(actual), text, () => `got ${inspect(actual)}\nnot ${pattern}`);

/** A list that must be empty: problems found, things missing. */
export const none = (list, text) => check(list.length === 0, text, () => list.slice(0, 20).join("\n"));

/** What a journey throws is a failure of it, and the next one goes on. */
export const journey = async (name, run) => {
	const start = Date.now();

	console.log(`# ${name}`);
	try {
		await run();
	} catch (error) {
		check(false, `${name}: goes on to its end`, error.stack);
	}
	console.log(`# ${name}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
};

/** Prints the plan; true when nothing failed. */
export const finish = () => {
	console.log(`1..${count}`);
	return failed === 0 && count > 0;
};
