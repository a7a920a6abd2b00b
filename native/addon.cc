/**
 * The Node-API surface: reads arguments, calls the plain C++ beside it, and turns statuses into exceptions. With
 * arguments.h, batch_calls.h, file_block_calls.h and scanner_calls.h it alone knows Node. `src/primitives/native.ts` is its only caller, and
 * describes it in types.
 */
#include <dlfcn.h>
#include <errno.h>
#include <napi.h>

#include <string>

#include "arguments.h"
#include "ending.h"
#include "errno_name.h"
#include "huge_pages.h"
#include "layout.h"
#include "mapping.h"
#include "scanner_calls.h"

namespace linemill {
namespace {

Value map_file(const CallbackInfo& info) {
  MappingId id = 0;
  const int status = linemill::map_file(int(int64_at(info, 0)), uint64_t(int64_at(info, 1)), &id);
  return status == 0 ? Napi::Number::New(info.Env(), id) : throw_errno(info.Env(), "mmap", status);
}

MappingId id_at(const CallbackInfo& info) { return MappingId(int64_at(info, 0)); }

Value unmap(const CallbackInfo& info) { return Napi::Boolean::New(info.Env(), linemill::unmap(id_at(info))); }

/** What the finaliser of a window knows. */
struct Window {
  MappingId id;
  bool is_being_made;
  bool is_closed;
};

/**
 * Drop a window's reference, once.
 * HAZARD: Node runs it also when it refuses to make the buffer, within the call that should have made it; then
 * `make_window` still looks at the window, and deletes it.
 */
void finalize_window(Window* window) {
  close_window(window->id);
  window->is_closed = true;
  if (!window->is_being_made) delete window;
}

/** Asks the runtime for a buffer over `length` bytes at `data` that runs the window's finaliser at its end. */
using MakeBuffer = napi_status (*)(napi_env env, void* data, size_t length, Window* window, napi_value* result);

napi_status make_array_buffer(napi_env env, void* data, size_t length, Window* window, napi_value* result) {
  const auto finalize = [](napi_env, void*, void* hint) { finalize_window(static_cast<Window*>(hint)); };
  return napi_create_external_arraybuffer(env, data, length, finalize, window, result);
}

/**
 * Node-API's call that makes a SharedArrayBuffer over memory of ours, null where the runtime is older than it: Node
 * 22.23.3, 24.16, 26.1. The headers that the addon is built with need not know it.
 * HAZARD: its finaliser runs on any thread, with the last of all threads that hold the buffer, or not at all.
 */
using CreateExternalShared = napi_status (*)(napi_env env, void* data, size_t length,
                                             void (*finalize)(void* data, void* hint), void* hint,
                                             napi_value* result);
CreateExternalShared find_create_external_shared() {
  void* const found = dlsym(RTLD_DEFAULT, "node_api_create_external_sharedarraybuffer");
  return reinterpret_cast<CreateExternalShared>(found);
}
const CreateExternalShared create_external_shared = find_create_external_shared();

napi_status make_shared_buffer(napi_env env, void* data, size_t length, Window* window, napi_value* result) {
  const auto finalize = [](void*, void* hint) { finalize_window(static_cast<Window*>(hint)); };
  return create_external_shared(env, data, length, finalize, window, result);
}

/** Make a window over a range of a mapping, as a buffer of the kind that `make` makes. */
Value make_window(const CallbackInfo& info, const char* call, MakeBuffer make) {
  const Napi::Env env = info.Env();
  const uint64_t length = uint64_t(int64_at(info, 2));
  void* data = nullptr;
  const uint64_t offset = uint64_t(int64_at(info, 1));
  const int refused = length == 0 ? ERANGE : open_window(id_at(info), offset, length, &data);
  if (refused == ERANGE) return throw_range(env, call);
  if (refused != 0) return throw_errno(env, call, refused);
  Window* const window = new Window{id_at(info), true, false};
  napi_value buffer = nullptr;
  const napi_status status = make(env, data, length, window, &buffer);
  window->is_being_made = false;
  if (status == napi_ok) return Value(env, buffer);
  // After any other failure the finaliser has run or will: dropping the reference here might be the second time.
  const bool is_ours = status == napi_no_external_buffers_allowed || status == napi_invalid_arg;
  if (is_ours && !window->is_closed) close_window(window->id);
  if (is_ours || window->is_closed) delete window;
  if (env.IsExceptionPending()) return env.Undefined();
  const Napi::Error error = Napi::Error::New(env, "this runtime does not allow external buffers");
  error.Value().Set("code", "ERR_NO_EXTERNAL_BUFFERS");
  error.ThrowAsJavaScriptException();
  return env.Undefined();
}

Value attach(const CallbackInfo& info) { return make_window(info, "attach", make_array_buffer); }

Value share(const CallbackInfo& info) { return make_window(info, "share", make_shared_buffer); }

Value is_faulted(const CallbackInfo& info) {
  bool result = false;
  const int status = linemill::is_faulted(id_at(info), &result);
  return status == 0 ? Napi::Boolean::New(info.Env(), result) : throw_errno(info.Env(), "isFaulted", status);
}

Value advise(const CallbackInfo& info) {
  static const char* const names[] = {"normal", "sequential", "random", "willneed", "dontneed"};
  const std::string name = info[3].ToString().Utf8Value();
  int advice = 0;
  while (advice < 5 && name != names[advice]) advice++;
  if (advice == 5) return throw_range(info.Env(), "advise");
  const uint64_t offset = uint64_t(int64_at(info, 1));
  const int status = linemill::advise(id_at(info), offset, uint64_t(int64_at(info, 2)), Advice(advice));
  if (status == ERANGE) return throw_range(info.Env(), "advise");
  return status == 0 ? info.Env().Undefined() : throw_errno(info.Env(), "madvise", status);
}

Value prefer_huge_pages(const CallbackInfo& info) {
  const Bytes memory(info, 0);
  return Napi::Number::New(info.Env(), double(linemill::prefer_huge_pages(memory.data, memory.length)));
}

Value evict_file(const CallbackInfo& info) {
  const uint64_t offset = uint64_t(int64_at(info, 1));
  const int status = linemill::evict_file(int(int64_at(info, 0)), offset, uint64_t(int64_at(info, 2)));
  return status == 0 ? info.Env().Undefined() : throw_errno(info.Env(), "posix_fadvise", status);
}

Value resident_bytes(const CallbackInfo& info) {
  uint64_t bytes = 0;
  const int status = linemill::resident_bytes(id_at(info), &bytes);
  return status == 0 ? Napi::Number::New(info.Env(), double(bytes)) : throw_errno(info.Env(), "mincore", status);
}

Napi::Object layout(Napi::Env env) {
  Napi::Object result = Napi::Object::New(env);
#define LINEMILL_SET_CONSTANT(name, value) result.Set(#name, Napi::Number::New(env, name));
  LINEMILL_LAYOUT(LINEMILL_SET_CONSTANT)
#undef LINEMILL_SET_CONSTANT
  return result;
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  Napi::Array names = Napi::Array::New(env);
  for (const Scanners* const* set = supported_scanners(); *set != nullptr; set++) {
    names.Set(names.Length(), (*set)->name);
  }
  exports.Set("instructionSets", names);
  exports.Set("layout", layout(env));
  exports.Set("scanners", Napi::Function::New<scanners>(env, "scanners"));
  exports.Set("mapFile", Napi::Function::New<map_file>(env, "mapFile"));
  exports.Set("attach", Napi::Function::New<attach>(env, "attach"));
  const auto detach = [](const CallbackInfo& info) { info[0].As<Napi::ArrayBuffer>().Detach(); };
  exports.Set("detach", Napi::Function::New(env, detach, "detach"));
  if (create_external_shared != nullptr) exports.Set("share", Napi::Function::New<share>(env, "share"));
  exports.Set("unmap", Napi::Function::New<unmap>(env, "unmap"));
  exports.Set("isFaulted", Napi::Function::New<is_faulted>(env, "isFaulted"));
  exports.Set("advise", Napi::Function::New<advise>(env, "advise"));
  exports.Set("preferHugePages", Napi::Function::New<prefer_huge_pages>(env, "preferHugePages"));
  exports.Set("evictFile", Napi::Function::New<evict_file>(env, "evictFile"));
  exports.Set("residentBytes", Napi::Function::New<resident_bytes>(env, "residentBytes"));
  const auto prepare_abort = [](const CallbackInfo& info) {
    linemill::prepare_abort(info[0].ToString(), info[1].ToString(), int(int64_at(info, 2)));
  };
  exports.Set("prepareAbort", Napi::Function::New(env, prepare_abort, "prepareAbort"));
  const auto count = [](const CallbackInfo& info) { return Napi::Number::New(info.Env(), double(mapping_count())); };
  exports.Set("mappingCount", Napi::Function::New(env, count, "mappingCount"));
  return exports;
}

}  // namespace

NODE_API_MODULE(linemill, initialize)

}  // namespace linemill
