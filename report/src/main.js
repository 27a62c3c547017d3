// Reads the results that stand in the page and shows the view of their kind (pj/report/page.cpp names the kinds).
import { frame } from "./frame.js";
import { compare } from "./views/compare.js";
import { compress } from "./views/compress.js";
import { dataflows } from "./views/dataflows.js";
import { evaluate } from "./views/evaluate.js";
import { layerFront, networkFront } from "./views/front.js";
import { map } from "./views/map.js";
import { reproduce } from "./views/reproduce.js";
import { roofline } from "./views/roofline.js";
import { rules } from "./views/rules.js";
import { run } from "./views/run.js";
import { show } from "./views/show.js";
import { sweep } from "./views/sweep.js";
import { train } from "./views/train.js";

const views = {
  evaluate,
  map,
  show,
  reproduce,
  dataflows,
  compare,
  compress,
  roofline,
  rules,
  run,
  sweep,
  train,
  "network-front": networkFront,
  "layer-front": layerFront,
};

const place = document.getElementById("results");
const results = JSON.parse(place.textContent);
frame(results, place.textContent, views[place.dataset.kind](results));
