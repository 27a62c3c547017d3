#pragma once

#include "pj/onnx/model.hpp"
#include "pj/onnx/reader.hpp"

namespace onnx {
class TensorProto;
class SparseTensorProto;
}  // namespace onnx

namespace pj {

/// The tensor with its elements, checked against its shape; without them where they lie in a file that is missing.
OnnxTensor read_tensor(const onnx::TensorProto& proto, ModelSource& source);

/// A sparse tensor as a dense one.
OnnxTensor read_sparse_tensor(const onnx::SparseTensorProto& proto, ModelSource& source);

}  // namespace pj
