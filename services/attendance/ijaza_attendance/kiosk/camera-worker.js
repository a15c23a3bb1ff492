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

const reader = ownReader();

async function read(frame) {
  const own = await reader;
  if (own) return (await own.detect(frame))[0]?.rawValue ?? "";
  const found = self.jsQR(frame.data, frame.width, frame.height, { inversionAttempts: "dontInvert" });
  return found?.data ?? "";
}

self.onmessage = async ({ data: { frame, at } }) => {
  const text = await read(frame).catch(() => "");
  self.postMessage({ text, at });
};
