/** Reading the arguments of a call from JavaScript, and throwing: the part of addon.cc that knows no primitive. */
#pragma once

#include <napi.h>

#include <string>
#include <system_error>

#include "errno_name.h"

namespace linemill {
namespace {

using Napi::CallbackInfo;
using Napi::Value;

/** Throw an error as Node's own file system calls do: with `code`, `errno` and `syscall`. */
inline Value throw_errno(Napi::Env env, const char* call, int number) {
  const std::string reason = std::generic_category().message(number);
  const std::string message = std::string(errno_name(number)) + ": " + reason + ", " + call;
  const Napi::Error error = Napi::Error::New(env, message);
  error.Value().Set("code", errno_name(number));
  error.Value().Set("errno", -number);
  error.Value().Set("syscall", call);
  error.ThrowAsJavaScriptException();
  return env.Undefined();
}

inline Value throw_range(Napi::Env env, const char* call) {
  const std::string message = std::string(call) + ": an argument is out of range";
  const Napi::RangeError error = Napi::RangeError::New(env, message);
  error.Value().Set("code", "ERR_OUT_OF_RANGE");
  error.ThrowAsJavaScriptException();
  return env.Undefined();
}

/** A typed array argument; without elements when the argument is none of that type. */
template <class Element, napi_typedarray_type Type>
struct Elements {
  Element* data = nullptr;
  size_t length = 0;

  Elements(const CallbackInfo& info, size_t index) {
    napi_typedarray_type type = napi_int8_array;
    void* found = nullptr;
    size_t found_length = 0;
    const napi_status status =
        napi_get_typedarray_info(info.Env(), info[index], &type, &found_length, &found, nullptr, nullptr);
    if (status != napi_ok || type != Type) return;
    data = static_cast<Element*>(found);
    length = found_length;
  }
};

using Bytes = Elements<uint8_t, napi_uint8_array>;
using Doubles = Elements<double, napi_float64_array>;
using Integers = Elements<int32_t, napi_int32_array>;
using Words = Elements<uint32_t, napi_uint32_array>;

/** How much of an array an offset of 32 bits can reach. */
inline uint32_t reachable_length(const Bytes& bytes) {
  return bytes.length < UINT32_MAX ? uint32_t(bytes.length) : UINT32_MAX;
}

inline bool is_within(uint64_t start, uint64_t end, size_t length) { return start <= end && end <= length; }

inline int32_t int32_at(const CallbackInfo& info, size_t index) { return info[index].As<Napi::Number>().Int32Value(); }

inline uint32_t uint32_at(const CallbackInfo& info, size_t index) {
  uint32_t value = 0;
  napi_get_value_uint32(info.Env(), info[index], &value);
  return value;
}

inline int64_t int64_at(const CallbackInfo& info, size_t index) {
  int64_t value = 0;
  napi_get_value_int64(info.Env(), info[index], &value);
  return value;
}

}  // namespace
}  // namespace linemill
