/* Each SVG file named becomes a JPEG picture beside it, 960 pixels wide, as Chromium draws it. */
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
	args: ["--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage({ viewport: { width: 960, height: 960 }, javaScriptEnabled: false });

for (const file of process.argv.slice(2)) {
	await page.setContent(`<body style="margin: 0">${readFileSync(file, "utf8")}</body>`);
	await page.screenshot({ path: file.replace(/\.svg$/, ".jpg"), type: "jpeg", quality: 85 });
}
await browser.close();
