/** The camera: frames go to a worker one at a time; what it reads comes back as text. */

/** Pixels of a frame's longer side: enough for a pass at arm's length, little enough to be quick. */
const SIDE = 800;
const PAUSE = 60;
/** While a pass stays in view it is one presentation; it is gone after so many ms unseen. */
const GONE = 2_500;

export class Camera {
  #video;
  #read;
  #worker = null;
  #stream = null;
  #canvas = document.createElement("canvas");
  #seen = { text: "", at: 0 };
  #running = 0;

  /** `read(text, capturedAt)` is called once for each presentation. */
  constructor(video, read) {
    this.#video = video;
    this.#read = read;
  }

  /** Start, or throw what getUserMedia throws. */
  async start(facing) {
    this.stop();
    const run = (this.#running += 1);
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: facing, width: { ideal: 1280 }, height: { ideal: 960 } },
    });
    if (run !== this.#running) return stream.getTracks().forEach((track) => track.stop());
    this.#stream = stream;
    this.#video.srcObject = stream;
    await this.#video.play();
    this.#worker = new Worker("/kiosk/camera-worker.js", { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#answered(data, run);
    this.#next(run);
  }

  stop() {
    this.#running += 1;
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#worker?.terminate();
    this.#stream = this.#worker = null;
    this.#video.srcObject = null;
  }

  #next(run) {
    if (run !== this.#running) return;
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (!width || document.hidden) {
      setTimeout(() => this.#next(run), 250);
      return;
    }
    const scale = Math.min(1, SIDE / Math.max(width, height));
    this.#canvas.width = Math.round(width * scale);
    this.#canvas.height = Math.round(height * scale);
    const context = this.#canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(this.#video, 0, 0, this.#canvas.width, this.#canvas.height);
    const frame = context.getImageData(0, 0, this.#canvas.width, this.#canvas.height);
    this.#worker.postMessage({ frame, at: performance.now() }, [frame.data.buffer]);
  }

  #answered({ text, at }, run) {
    if (run !== this.#running) return;
    const now = performance.now();
    if (text) {
      const again = text === this.#seen.text && now - this.#seen.at < GONE;
      this.#seen = { text, at: now };
      if (!again) this.#read(text, at);
    }
    setTimeout(() => this.#next(run), PAUSE);
  }
}
