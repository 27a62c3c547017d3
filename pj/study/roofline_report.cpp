#include "pj/study/roofline_report.hpp"

#include <nlohmann/json.hpp>

#include "pj/base/text.hpp"
#include "pj/study/json_text.hpp"
#include "pj/study/machine_json.hpp"
#include "pj/study/proof_text.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

constexpr double operations_per_mac = 2.0;

std::string rate(double macs_per_second) {
  return scaled(operations_per_mac * macs_per_second, "OPS");
}

std::string share(double part, double whole) {
  return whole > 0.0 ? significant(100.0 * part / whole) + " %" : "–";
}

std::vector<std::string> row_of(const Roofline& roofline, const RooflinePoint& point) {
  return {point.name,
          significant(point.macs * 1e-6, 4),
          significant(point.intensity),
          rate(point.attainable),
          point.roof ? roofline.roofs[*point.roof].level : "peak",
          rate(point.achieved),
          share(point.achieved, point.attainable),
          point.bound_by};
}

Json point_json(const Roofline& roofline, const RooflinePoint& point) {
  Json json{{"name", point.name},
            {"macs", point.macs},
            {"macs_per_byte", point.intensity},
            {"attainable_ops_per_s", operations_per_mac * point.attainable},
            {"achieved_ops_per_s", operations_per_mac * point.achieved},
            {"roof", point.roof ? roofline.roofs[*point.roof].level : "peak"},
            {"bound_by", point.bound_by}};
  json["macs_per_byte_of"] = Json::object();
  for (std::size_t r = 0; r < roofline.roofs.size(); ++r) {
    json["macs_per_byte_of"][roofline.roofs[r].level] = point.intensities[r];
  }
  return json;
}

Json roofs_json(const Roofline& roofline) {
  Json roofs = Json::array();
  for (const Roof& roof : roofline.roofs) {
    roofs.push_back(
        {{"level", roof.level}, {"bytes_per_s", roof.bytes_per_second}, {"ridge_macs_per_byte", roof.ridge}});
  }
  return roofs;
}

Json layers_json(const Roofline& roofline) {
  Json layers = Json::array();
  for (const RooflinePoint& point : roofline.layers) {
    layers.push_back(point_json(roofline, point));
  }
  return layers;
}

}  // namespace

std::string roofline_table(const Roofline& roofline) {
  const std::string outermost = std::visit([](const auto& s) { return s.name; }, roofline.accelerator.stages.front());
  std::string text = roofline.network + " on " + roofline.accelerator.title + "\n\n";
  text += "Peak: " + rate(roofline.peak) + ".\n";
  for (const Roof& roof : roofline.roofs) {
    text += "Roof of " + roof.level + ": " + scaled(roof.bytes_per_second, "B/s") + ", ridge at " +
            significant(roof.ridge, 4) + " MACs a byte.\n";
  }
  text += roofline.roofs.empty() ? "No level of this machine has a bandwidth: the peak is the only roof.\n" : "";
  Table table(
      {"layer", "MACs (M)", "MACs / byte of " + outermost, "attainable", "roof", "achieved", "of it", "bound by"});
  table.left(4);
  table.left(7);
  for (const RooflinePoint& point : roofline.layers) {
    table.add(row_of(roofline, point));
  }
  table.rule();
  table.add(row_of(roofline, roofline.all));
  return text + "\n" + table.text() + "Modelled, not measured. A MAC is two operations." +
         (roofline.gap > 0.0 ? " Searches were stopped: at most " + gap_text(roofline.gap) + " above the least." : "") +
         "\n";
}

std::string roofline_csv(std::span<const Roofline> rooflines) {
  std::string text = "network,layer,macs,macs_per_byte,attainable_ops_per_s,roof,achieved_ops_per_s,bound_by\n";
  for (const Roofline& roofline : rooflines) {
    for (const RooflinePoint& point : roofline.layers) {
      const std::vector<std::string> row{roofline.network,
                                         point.name,
                                         exact(point.macs),
                                         exact(point.intensity),
                                         exact(operations_per_mac * point.attainable),
                                         point.roof ? roofline.roofs[*point.roof].level : "peak",
                                         exact(operations_per_mac * point.achieved),
                                         point.bound_by};
      text += csv_line(row) + "\n";
    }
  }
  return text;
}

std::string roofline_json(std::span<const Roofline> rooflines) {
  Json json{{"accelerator", rooflines.front().accelerator.name}, {"basis", "modelled"}};
  json["technology_nm"] = rooflines.front().accelerator.node_nm;
  json["precision_bits"] = rooflines.front().accelerator.compute.bits;
  json["machine"] = machine_json(rooflines.front().accelerator);
  json["peak_ops_per_s"] = operations_per_mac * rooflines.front().peak;
  json["roofs"] = roofs_json(rooflines.front());
  json["networks"] = Json::array();
  for (const Roofline& roofline : rooflines) {
    Json network{{"network", roofline.network}, {"gap", roofline.gap}, {"all", point_json(roofline, roofline.all)}};
    network["layers"] = layers_json(roofline);
    json["networks"].push_back(std::move(network));
  }
  return json_text(json);
}

Json roofline_part(const Roofline& roofline) {
  return {{"peak_ops_per_s", operations_per_mac * roofline.peak},
          {"roofs", roofs_json(roofline)},
          {"layers", layers_json(roofline)}};
}

}  // namespace pj
