/** Reads QR codes out of frames: the browser's own reader where it has one, jsQR elsewhere. */

import "./vendor/jsQR.js";

async function ownReader() {
  try {
    const formats = await self.BarcodeDetector.getSupportedFormats();
    return formats.includes("qr_code") ? new self.BarcodeDetector({ formats: ["qr_code"] }) : null;
  } catch {
    return null;
  }
}

let reader = ownReader();

async function readByOwn(own, frame) {
  try {
    return (await own.detect(frame))[0]?.rawValue ?? "";
  } catch {
    // A browser may have a reader by name alone (Android without its vision service).
    reader = null;
    return "";
  }
}

async function read(frame) {
  const own = await reader;
  if (own) return readByOwn(own, frame);
  const found = self.jsQR(frame.data, frame.width, frame.height, { inversionAttempts: "dontInvert" });
  return found?.data ?? "";
}

self.onmessage = async ({ data: { frame, at } }) => {
  const text = await read(frame).catch(() => "");
  self.postMessage({ text, at });
};
