#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>

#include <map>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

using Values = std::map<std::string, std::vector<std::string>>;

constexpr const char* footer =
    "NETWORK is a name from `picojoule networks` or a file (.onnx, .yaml), ACCELERATOR one from `picojoule\n"
    "accelerators` or a .yaml file, WORKLOAD a .yaml file with an Einsum or a Timeloop problem. `picojoule VERB\n"
    "--help` says more.";

/// `[ID…]` is any number of operands, `NETWORK…` at least one.
bool takes_many(const Verb& verb) {
  return std::string_view(verb.operand).find("…") != std::string_view::npos;
}

/// CLI11's help with the usage in our words: `picojoule show NETWORK [OPTIONS]`.
class Help : public CLI::Formatter {
 public:
  Help() { column_width(28); }
  std::string make_usage(const CLI::App* app, std::string) const override {
    for (const Verb& verb : verbs()) {
      if (app->get_name() == verb.name) {
        return std::string("Usage: picojoule ") + verb.name + " " + verb.operand +
               (verb.operand[0] == '\0' ? "" : " ") + "[OPTIONS]\n";
      }
    }
    return "Usage: picojoule VERB [OPTIONS]\n";
  }
  std::string make_positionals(const CLI::App*) const override { return ""; }
};

/// Declares one verb; the words of its options are gathered in `values`, its operands under the empty name.
void declare(CLI::App& app, const Verb& verb, Values& values) {
  CLI::App* command = app.add_subcommand(verb.name, verb.summary)->group("Verbs");
  command->allow_extras();
  command->add_option("OPERANDS", values[""]);  // counted afterwards
  for (const char* name : verb.options) {
    const OptionRow& row = option_row(name);
    const auto gather = [&values, name](const std::vector<std::string>& words) {
      values[name] = words;
      return true;
    };
    if (std::holds_alternative<bool Options::*>(row.member)) {
      command->add_flag(
          name, [&values, name](std::int64_t) { values[name] = {"on"}; }, row.help);
    } else {
      command->add_option(name, gather, row.help)->type_name(row.value)->take_all();
    }
  }
}

std::vector<std::string> verb_names() {
  std::vector<std::string> names;
  for (const Verb& verb : verbs()) {
    names.emplace_back(verb.name);
  }
  return names;
}

const Verb& find_verb(const std::string& name) {
  for (const Verb& verb : verbs()) {
    if (verb.name == name) {
      return verb;
    }
  }
  throw InputError("unknown verb '" + name + "'" + did_you_mean(name, verb_names()));
}

/// Refuses options that the verb does not take.
void refuse_unknown(const Verb& verb, const std::vector<std::string>& unknown) {
  if (!unknown.empty()) {
    const std::string name = unknown.front().substr(0, unknown.front().find('='));
    const std::vector<std::string> known(verb.options.begin(), verb.options.end());
    throw InputError("unknown option '" + name + "' for " + verb.name + did_you_mean(name, known));
  }
}

/// Refuses more or fewer operands than the verb takes.
void check_operands(const Verb& verb, const std::vector<std::string>& operands) {
  const std::size_t most = verb.operand[0] == '\0' ? 0 : 1;
  if (verb.operand[0] == '[') {
    return;
  }
  if (operands.size() > most && !takes_many(verb)) {
    const std::string takes = most == 0 ? " takes no operand" : std::string(" takes one ") + verb.operand;
    throw InputError("unexpected '" + operands[most] + "'; " + verb.name + takes);
  }
  if (operands.size() < most) {
    throw InputError(std::string(verb.name) + " needs a " + verb.operand + "; see picojoule " + verb.name + " --help");
  }
}

CommandLine with_values(const Verb& verb, const Values& values) {
  CommandLine line{.verb = &verb};
  for (const auto& [name, given] : values) {
    if (name.empty()) {
      line.options.operands = given;
    } else if (!given.empty()) {
      set_option(line.options, option_row(name), given);
    }
  }
  check_operands(verb, line.options.operands);
  return line;
}

/// CLI11's own complaints in our words; what is left are options without their value.
std::string complaint(const CLI::ParseError& fault) {
  const std::string text = fault.what();
  const std::string option = text.substr(0, text.find(':'));
  return option.starts_with("--") ? option + " needs a value" : text;
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& words) {
  CLI::App app("What it costs to run neural networks on accelerators: energy, cycles, area.", "picojoule");
  app.set_version_flag("--version", "picojoule " PJ_VERSION, "print the version");
  app.set_help_flag("-h,--help", "print this help");
  app.footer(footer);
  app.formatter(std::make_shared<Help>());
  app.allow_extras();
  const Verb* verb = words.empty() || words.front().starts_with('-') ? nullptr : &find_verb(words.front());
  Values values;
  for (const Verb& row : verbs()) {
    if (verb == nullptr || verb == &row) {
      declare(app, row, values);
    }
  }
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 takes the words from the back
  } catch (const CLI::CallForVersion& version) {
    return {.text = std::string(version.what()) + "\n"};
  } catch (const CLI::CallForHelp&) {
    return {.text = verb == nullptr ? app.help() : app.get_subcommand(verb->name)->help("picojoule")};
  } catch (const CLI::ParseError& fault) {
    throw InputError(complaint(fault));
  }
  if (verb == nullptr && !words.empty()) {
    throw InputError("unknown option '" + words.front() + "'; see picojoule --help");
  }
  if (verb == nullptr) {
    return {.text = app.help()};
  }
  refuse_unknown(*verb, app.get_subcommand(verb->name)->remaining());
  return with_values(*verb, values);
}

}  // namespace pj
