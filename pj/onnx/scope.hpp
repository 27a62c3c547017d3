#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "pj/onnx/draft.hpp"
#include "pj/onnx/model.hpp"
#include "pj/onnx/onnx.hpp"

namespace pj {

/// What one import keeps throughout: the file, its functions, and what the file may still make.
struct ImportState {
  const OnnxModel& model;
  const OnnxOptions& options;
  std::string file;
  bool folds = true;  ///< false for files that `export_onnx` wrote: they hold no shape arithmetic
  NameSet value_names;
  std::map<std::pair<std::string, std::string>, const OnnxFunction*> functions;
  std::int64_t generated = 0;      ///< bytes that ConstantOfShape has made
  std::int64_t inlined_nodes = 0;  ///< nodes that function calls have added
};

/// The names that nodes can see: those of a graph, of a branch that is inlined, or of a function's body.
class Scope {
 public:
  Scope(ImportState& state, Draft& draft, Scope* outer = nullptr) : state_(state), draft_(draft), outer_(outer) {
    if (outer != nullptr) {
      opsets = outer->opsets;
      prefix = outer->prefix;
      attributes = outer->attributes;
      depth = outer->depth + 1;
    }
  }

  ImportState& state() { return state_; }
  Draft& draft() { return draft_; }

  /// The value of a name, here or in a scope around; values of an outer network are captured.
  std::optional<ValueId> find(const std::string& name);
  /// Gives a name its value; throws where the name has one already.
  void bind(const std::string& name, ValueId id);
  bool binds(const std::string& name) const { return values_.contains(name); }
  /// True for the graph of the file itself, whose names are kept as they are.
  bool is_outermost() const { return outer_ == nullptr && depth == 0; }

  std::map<std::string, std::int64_t> opsets;
  std::string prefix;  ///< of node and value names: the function calls that are being inlined
  const std::map<std::string, const OnnxAttribute*>* attributes = nullptr;  ///< of the function call
  int depth = 0;
  /// Number formats and storages that the file notes for tensors.
  const std::map<std::string, std::map<std::string, std::string>>* annotations = nullptr;

 private:
  ImportState& state_;
  Draft& draft_;
  Scope* outer_;
  std::unordered_map<std::string, ValueId> values_;
};

}  // namespace pj
