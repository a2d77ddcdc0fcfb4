/*
 * What script adds to the staff's pages: a part marked data-again comes anew after so many milliseconds,
 * without the page being drawn anew. Where the answer is not the same page (the session has ended), or
 * nobody looks, nothing is asked.
 */
(() => {
	"use strict";

	const slowest = 30000;
	let wait = 0;

	const renew = async (part) => {
		const answer = await fetch(location.href, { credentials: "same-origin" });

		if (!answer.ok || answer.redirected)
			throw new Error("not the same page");
		const page = new DOMParser().parseFromString(await answer.text(), "text/html");
		const fresh = page.getElementById(part.id);

		if (!fresh)
			throw new Error("the part is gone");
		for (const open of part.querySelectorAll("details[open]"))
			fresh.querySelector(`#${open.id}`)?.setAttribute("open", "");
		/* The reader's place: whatever had the focus has a twin with the same address, or is a summary. */
		const focused = part.contains(document.activeElement) && document.activeElement;

		part.replaceWith(fresh);
		if (focused?.tagName === "SUMMARY")
			fresh.querySelector(`#${focused.parentElement.id} > summary`)?.focus({ preventScroll: true });
		else if (focused)
			fresh.querySelector(`a[href="${focused.getAttribute("href")}"]`)?.focus({ preventScroll: true });
	};

	const turn = async () => {
		const part = document.querySelector("[data-again]");
		const pace = Number(part?.dataset.again);

		if (!pace)
			return;
		if (!document.hidden) {
			try {
				await renew(part);
				wait = 0;
			} catch {
				wait = Math.min(Math.max(wait, pace) * 2, slowest);
			}
		}
		setTimeout(turn, wait || pace);
	};

	const pace = Number(document.querySelector("[data-again]")?.dataset.again);

	if (pace)
		setTimeout(turn, pace);
})();
