// What each layer could reach on a machine, and what it does.
import { element, facts, section } from "../dom.js";
import { scaled, significant } from "../format.js";
import { stageVariable } from "../model.js";
import { rooflineChart } from "../roofline.js";
import { table } from "../table.js";

export function roofline(results) {
  const { networks, roofs, peak_ops_per_s: peak } = results;
  const { machine } = results;
  const variableOf = (name) => stageVariable(machine, name);
  const one = networks.length === 1;
  return {
    verb: "roofline",
    title: `${one ? networks[0].network : "Networks"} below the roofs of ${results.accelerator}`,
    subtitle: `${machine.title}; a multiply-accumulate is two operations`,
    parts: [
      facts([
        ["Peak", scaled(peak, "OPS")],
        ...networks.map(({ network, all }) => [`${network} reaches`, scaled(all.achieved_ops_per_s, "OPS")]),
      ]),
      ...networks.map(({ network, layers }) =>
        section(
          one ? "Roofline" : network,
          rooflineChart({ peak_ops_per_s: peak, roofs, layers }, machine.stages[0].name, variableOf),
        ),
      ),
      section(
        "Roofs",
        roofs.length === 0
          ? element("p", {}, "No level of this machine has a bandwidth: the peak is the only roof.")
          : table({
              caption: "Levels with a bandwidth, from the outermost inwards",
              rows: roofs,
              columns: [
                { title: "level", value: (row) => row.level },
                { title: "bandwidth", unit: "B/s", value: (row) => row.bytes_per_s },
                {
                  title: "ridge (MAC/byte)",
                  unit: "",
                  text: (row) => significant(row.ridge_macs_per_byte, 4),
                  value: (row) => row.ridge_macs_per_byte,
                },
              ],
            }),
      ),
    ],
  };
}
