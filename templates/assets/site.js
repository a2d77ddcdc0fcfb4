/*
 * What script adds: forms and links marked data-swap are sent in the background, and the part of the
 * answered page with that id takes the place of the one shown. Anything unexpected falls back to what the
 * browser does without script.
 */
(() => {
	"use strict";

	const swap = async (id, address, options) => {
		const answer = await fetch(address, { credentials: "same-origin", ...options });
		const page = new DOMParser().parseFromString(await answer.text(), "text/html");
		const fresh = page.getElementById(id);
		const old = document.getElementById(id);

		if (!answer.ok || !fresh || !old)
			throw new Error(`no part ${id} in the answer`);
		old.replaceWith(fresh);
		return fresh;
	};

	/* The control that was used has a twin in the new part: the reader's place is kept there. */
	const keepPlace = (part, form, button) => {
		const same = (b) => button && b.value === button.value && b.closest("li")?.id === button.closest("li")?.id;
		const twin = [...part.querySelectorAll("button")].find(same) ||
			part.querySelector(`form[action="${form.getAttribute("action")}"] button`);

		twin?.focus({ preventScroll: true });
	};

	document.addEventListener("submit", async (event) => {
		const form = event.target;
		const button = event.submitter;
		const id = form.dataset.swap;

		if (!id || form.dataset.sending)
			return id && event.preventDefault();
		event.preventDefault();
		form.dataset.sending = "1";
		try {
			const body = new URLSearchParams(new FormData(form, button));
			const part = await swap(id, button?.getAttribute("formaction") || form.action, { method: "POST", body });

			keepPlace(part, form, button);
		} catch {
			if (button?.name) {
				const field = document.createElement("input");

				field.type = "hidden";
				field.name = button.name;
				field.value = button.value;
				form.append(field);
			}
			form.submit();
		}
	});

	/*
	 * The first pass of a password is made here, so that what was typed does not travel. Without a secure
	 * context there is no digest; the server then makes the first pass itself.
	 */
	const firstPass = async (password) => {
		const bytes = new TextEncoder().encode(`plaza-first-pass:${password}`);
		const digest = await crypto.subtle.digest("SHA-256", bytes);

		return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
	};

	document.addEventListener("submit", async (event) => {
		const form = event.target;
		const password = form.querySelector("input[name=password]");

		if (!("firstPass" in form.dataset) || !window.crypto?.subtle)
			return;
		event.preventDefault();
		const field = document.createElement("input");

		field.type = "hidden";
		field.name = "password1";
		field.value = await firstPass(password.value);
		form.append(field);
		password.disabled = true;
		form.submit();
		password.disabled = false;
		field.remove();
	});

	/* A menu closes when the reader goes elsewhere. */
	document.addEventListener("click", (event) => {
		for (const menu of document.querySelectorAll("details.menu[open]"))
			if (!menu.contains(event.target))
				menu.open = false;
	});
	document.addEventListener("keydown", (event) => {
		const menu = event.key === "Escape" && document.querySelector("details.menu[open]");

		if (menu) {
			menu.open = false;
			menu.querySelector("summary").focus();
		}
	});

	/* "3 hours ago" says when, in the reader's own time, to who asks. */
	document.addEventListener("mouseover", (event) => {
		const time = event.target.closest?.("time");

		if (time && !time.title)
			time.title = new Date(time.dateTime).toLocaleString(document.documentElement.lang);
	});

	/* A text that was not sent is not lost without a word. */
	const typed = (form) => [...form.querySelectorAll("textarea")].some((t) => t.value !== t.defaultValue);
	let sent = null;

	document.addEventListener("submit", (event) => { sent = event.target; });
	window.addEventListener("beforeunload", (event) => {
		if ([...document.querySelectorAll("form.write")].some((form) => form !== sent && typed(form)))
			event.preventDefault();
	});
})();
