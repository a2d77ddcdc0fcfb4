/*
 * What script adds to sales: times left that tick, the button that appears when they are over, and a queue
 * that is watched. Without it the server's pages come again by themselves.
 */
(() => {
	"use strict";

	const two = (n) => String(n).padStart(2, "0");
	const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

	/* As the server writes it: what has begun of a second is a second. */
	const written = (left, { day, days }) => {
		const s = Math.max(0, Math.ceil(left / 1000));
		const d = Math.floor(s / 86400);
		const time = [s / 3600 % 24, s / 60 % 60, s % 60].map((n) => two(Math.floor(n))).join(":");

		return d ? `${d === 1 ? day : days.replace("#", d)} ${time}` : time;
	};

	/* The times of a part that the server made at `from`, on the clock that does not step. */
	const wind = (part, from) => {
		for (const timer of part.querySelectorAll("[data-left]"))
			timer.until = from + Number(timer.dataset.left);
	};

	const tick = () => {
		for (const timer of document.querySelectorAll("[data-left]")) {
			const left = timer.until - performance.now();
			const text = written(left, timer.dataset);

			if (timer.textContent !== text)
				timer.textContent = text;
			if (left <= 0 && "reload" in timer.dataset && !timer.isOver) {
				timer.isOver = true;
				setTimeout(() => location.reload(), 1500);
			}
		}
	};

	/* The part that buys, as it is now. Everybody's time is up at once: not all ask at once. */
	const watchBuying = async (from) => {
		let part = document.getElementById("buy");
		let pause = Number(part?.dataset.again);

		while (pause) {
			await sleep(Math.max(0, from + pause - performance.now()) + Math.random() * 250);
			try {
				const answer = await fetch(part.dataset.page, { headers: { Accept: "text/html" }, cache: "no-store" });
				const made = performance.now();
				const page = new DOMParser().parseFromString(await answer.text(), "text/html");
				const fresh = answer.ok && page.getElementById("buy");

				if (!fresh)
					throw new Error(`no part to buy in the answer ${answer.status}`);
				const hadFocus = part.contains(document.activeElement);

				part.replaceWith(fresh);
				part = fresh;
				from = made;
				pause = Number(part.dataset.again);
				wind(part, from);
				if (hadFocus || document.activeElement === document.body)
					part.querySelector("#captcha, a.button")?.focus({ preventScroll: true });
			} catch {
				from = performance.now();
				pause = 3000;
			}
		}
	};

	/* Every 200 ms at first, less and less often; when it is decided, the page that says so. */
	const watchQueue = async ({ dataset: { poll, wait, rate, slow } }) => {
		let pause = Number(wait);

		for (;;) {
			await sleep(pause);
			document.getElementById("slow").hidden = performance.now() < Number(slow);
			pause = Math.min(pause * 1.25, 3000);
			try {
				const answer = await fetch(poll, { headers: { Accept: "application/json" }, cache: "no-store" });

				if (answer.status === 429 || answer.status === 503) {
					pause = 1000 * Number(answer.headers.get("Retry-After") || 2);
					continue;
				}
				const { code, ahead, wait_ms: least } = await answer.json();

				if (code !== "0")
					return location.reload();
				pause = Math.max(pause, least);
				document.getElementById("ahead").textContent = ahead;
				document.getElementById("seconds").textContent = 1 + Math.floor(ahead / Number(rate));
			} catch {
				pause = Math.max(pause, 2000);
			}
		}
	};

	const [visit] = performance.getEntriesByType("navigation");
	const from = visit ? visit.responseStart : 0;
	const queue = document.getElementById("wait");

	wind(document, from);
	setInterval(tick, 200);
	watchBuying(from);
	if (queue)
		watchQueue(queue);
})();
