/**
 * The Node-API surface: reads arguments, calls the plain C++ beside it, and turns statuses into exceptions.
 * No other native file knows Node. `src/primitives/native.ts` is its only caller and describes it in types.
 */
#include <dlfcn.h>
#include <errno.h>
#include <napi.h>

#include <string>

#include "arguments.h"
#include "ending.h"
#include "errno_name.h"
#include "layout.h"
#include "mapping.h"
#include "scanners.h"

namespace linemill {
namespace {

/** A dialect comes as one number: the delimiter, and the quote times 65536. */
Dialect dialect_at(const CallbackInfo& info, size_t index) {
  const uint32_t packed = uint32_at(info, index);
  return {packed & 0xffff, packed >> 16};
}

const Scanners& scanners_of(const CallbackInfo& info) { return *static_cast<const Scanners*>(info.Data()); }

bool is_within(uint64_t start, uint64_t end, size_t length) { return start <= end && end <= length; }

Value summarize(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const Range range = {uint32_at(info, 1), uint32_at(info, 2), int64_at(info, 3)};
  const Words summary(info, 5);
  const bool can_look_back =
      range.content_start <= range.start && (range.content_start >= 0 || range.start >= 2);
  if (!is_within(range.start, range.end, bytes.length) || !can_look_back || summary.length < SUMMARY_WORDS) {
    return throw_range(info.Env(), "summarize");
  }
  scanners_of(info).summarize(bytes.data, range, dialect_at(info, 4), summary.data);
  return info.Env().Undefined();
}

Value find_record_start(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const uint32_t from = uint32_at(info, 1);
  const uint32_t limit = uint32_at(info, 2);
  const uint32_t state = uint32_at(info, 3);
  if (!is_within(from, limit, bytes.length) || state >= STATE_COUNT) {
    return throw_range(info.Env(), "findRecordStart");
  }
  const Scanners& set = scanners_of(info);
  return Napi::Number::New(info.Env(), set.find_record_start(bytes.data, from, limit, state, dialect_at(info, 4)));
}

Value cut_records(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const Words cut(info, 1);
  const Words wanted(info, 2);
  const Words table(info, 3);
  bool is_valid =
      cut.length >= CUT_WORDS && is_within(cut.data[CUT_NEXT], cut.data[CUT_DATA_END], bytes.length);
  if (is_valid) {
    const uint64_t wanted_count = cut.data[CUT_WANTED];
    const uint64_t capacity = cut.data[CUT_CAPACITY];
    is_valid = wanted_count <= wanted.length && capacity <= table.length / (3 + 2 * wanted_count);
  }
  if (!is_valid) return throw_range(info.Env(), "cutRecords");
  scanners_of(info).cut_records(bytes.data, cut.data, wanted.data, table.data);
  return info.Env().Undefined();
}

/** How much of an array an offset of 32 bits can reach. */
uint32_t reachable_length(const Bytes& bytes) {
  return bytes.length < UINT32_MAX ? uint32_t(bytes.length) : UINT32_MAX;
}

Value copy_extents(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const Words extents(info, 1);
  const Words copy(info, 2);
  const Bytes target(info, 3);
  const Bytes text(info, 4);
  const bool is_valid = copy.length >= COPY_WORDS && copy.data[COPY_COUNT] <= extents.length / EXTENT_WORDS &&
                        is_within(copy.data[COPY_TARGET], copy.data[COPY_TARGET_END], target.length);
  const Copying copying = {bytes.data, reachable_length(bytes), text.data, reachable_length(text),
                           extents.data, target.data};
  if (!is_valid || !scanners_of(info).copy_extents(copying, copy.data)) {
    return throw_range(info.Env(), "copyExtents");
  }
  return info.Env().Undefined();
}

/** Arguments: bytes, table, word of the column's starts, capacity, first record, record behind the last, min, max, values. */
Value parse_integers(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const Words table(info, 1);
  const uint64_t word = uint32_at(info, 2);
  const uint64_t capacity = uint32_at(info, 3);
  const uint32_t from = uint32_at(info, 4);
  const uint32_t until = uint32_at(info, 5);
  const int32_t min = int32_at(info, 6);
  const int32_t max = int32_at(info, 7);
  const Integers values(info, 8);
  const bool has_column = until <= capacity && word + 2 * capacity <= table.length;
  if (!has_column || !is_within(from, until, values.length)) return throw_range(info.Env(), "parseIntegers");
  const Fields fields = {table.data + word + from, table.data + word + capacity + from, until - from, min, max};
  scanners_of(info).parse_integers(bytes.data, reachable_length(bytes), fields, values.data + from);
  return info.Env().Undefined();
}

Value is_ascii(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const uint32_t start = uint32_at(info, 1);
  const uint32_t end = uint32_at(info, 2);
  if (!is_within(start, end, bytes.length)) return throw_range(info.Env(), "isAscii");
  return Napi::Boolean::New(info.Env(), scanners_of(info).is_ascii(bytes.data, start, end));
}

Value count_line_feeds(const CallbackInfo& info) {
  const Bytes bytes(info, 0);
  const uint32_t start = uint32_at(info, 1);
  const uint32_t end = uint32_at(info, 2);
  if (!is_within(start, end, bytes.length)) return throw_range(info.Env(), "countLineFeeds");
  return Napi::Number::New(info.Env(), scanners_of(info).count_line_feeds(bytes.data, start, end));
}

/** The scanners of one instruction set as an object of functions; undefined when this processor has it not. */
Value scanners(const CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Scanners* const set = find_scanners(info[0].As<Napi::String>().Utf8Value().c_str());
  if (set == nullptr) return env.Undefined();
  void* const data = const_cast<Scanners*>(set);
  Napi::Object result = Napi::Object::New(env);
  result.Set("summarize", Napi::Function::New<summarize>(env, "summarize", data));
  result.Set("findRecordStart", Napi::Function::New<find_record_start>(env, "findRecordStart", data));
  result.Set("cutRecords", Napi::Function::New<cut_records>(env, "cutRecords", data));
  result.Set("copyExtents", Napi::Function::New<copy_extents>(env, "copyExtents", data));
  result.Set("parseIntegers", Napi::Function::New<parse_integers>(env, "parseIntegers", data));
  result.Set("isAscii", Napi::Function::New<is_ascii>(env, "isAscii", data));
  result.Set("countLineFeeds", Napi::Function::New<count_line_feeds>(env, "countLineFeeds", data));
  return result;
}

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
