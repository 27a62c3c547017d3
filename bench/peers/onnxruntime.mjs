// ONNX Runtime's side of the comparison (compare.py): `node onnxruntime.mjs MODEL.onnx` reads lines with a number of
// runs and writes lines of milliseconds of processor time for one run, on one thread.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';

const require = createRequire(process.cwd() + '/');
const ort = require('onnxruntime-node');
const session = await ort.InferenceSession.create(process.argv[2], {
  intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all',
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});
const feeds = {};
for (const input of session.inputMetadata) {
  const shape = input.shape.map((size) => (size > 0 ? Number(size) : 1)); // what the file leaves open is one
  const numbers = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < numbers.length; ++i) numbers[i] = Math.sin(i);
  feeds[input.name] = new ort.Tensor('float32', numbers, shape);
}
for (let i = 0; i < 3; ++i) await session.run(feeds);
console.log(`version ${require('onnxruntime-node/package.json').version}`);
for await (const line of createInterface({ input: process.stdin })) {
  const runs = Number(line);
  const start = process.cpuUsage();
  for (let i = 0; i < runs; ++i) await session.run(feeds);
  const { user, system } = process.cpuUsage(start);
  console.log((user + system) / 1e3 / runs);
}
