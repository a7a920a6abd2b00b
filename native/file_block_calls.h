/** The call that summarises blocks of a file while JavaScript goes on: its arguments, and its promise. */
#pragma once

#include <limits.h>

#include "batch_calls.h"
#include "file_blocks.h"
#include "mapping.h"

namespace linemill {
namespace {

/** Does the work on a thread of libuv's, and resolves. What it reads and writes is kept until then. */
class FileBlocksWorker : public Napi::AsyncWorker {
 public:
  FileBlocksWorker(const CallbackInfo& info, const FileBlocks& blocks, MappingId window)
      : AsyncWorker(info.Env(), "linemill:summarizeBlocks"),
        promise_(Napi::Promise::Deferred::New(info.Env())),
        kept_(Napi::Persistent(Napi::Object::New(info.Env()))),
        blocks_(blocks),
        window_(window) {
    for (uint32_t index = 0; index < info.Length(); index++) kept_.Set(index, info[index]);
  }
  ~FileBlocksWorker() override {
    if (blocks_.mapped != nullptr) close_window(window_);
  }
  Napi::Promise promise() const { return promise_.Promise(); }

 protected:
  void Execute() override { summarize_blocks(blocks_); }
  void OnOK() override { promise_.Resolve(Env().Undefined()); }
  void OnError(const Napi::Error& error) override { promise_.Reject(error.Value()); }

 private:
  const Napi::Promise::Deferred promise_;
  Napi::ObjectReference kept_;
  const FileBlocks blocks_;
  const MappingId window_;
};

/** Whether the blocks lie before their end, and none is empty. */
bool are_within(const FileBlocks& blocks) {
  return blocks.block_count == 0 ||
         (blocks.end > blocks.start && (blocks.end - blocks.start - 1) / blocks.block_bytes >= blocks.block_count - 1);
}

/** The bytes from the reach of the first block to the end of the last. */
uint64_t length_of(const FileBlocks& blocks) {
  const uint64_t whole = uint64_t(blocks.block_count) * blocks.block_bytes;
  const uint64_t rest = blocks.block_count == 0 ? 0 : blocks.end - blocks.start;
  return blocks.start - blocks.reach + (rest < whole ? rest : whole);
}

/**
 * Arguments: descriptor, mapping or -1, start of the first block, start and end of the content, bytes of a block, dialect,
 * threads, room to read into, summaries, words.
 */
Value summarize_blocks(const CallbackInfo& info) {
  const int64_t mapping = int64_at(info, 1);
  const int64_t start = int64_at(info, 2);
  const int64_t content_start = int64_at(info, 3);
  const int64_t end = int64_at(info, 4);
  const uint32_t threads = uint32_at(info, 7);
  const Bytes buffers(info, 8);
  const Words summaries(info, 9);
  const Integers words(info, 10);
  FileBlocks blocks = {&scanners_of(info), dialect_at(info, 6), nullptr, 0, int(int64_at(info, 0)),
                       uint64_t(content_start), uint64_t(start), uint64_t(end), uint32_at(info, 5), 0,
                       summaries.data, words.data, threads, buffers.data};
  const size_t count = summaries.length / SUMMARY_WORDS;
  const uint64_t room = mapping >= 0 ? 0 : threads * block_buffer_bytes(blocks.block_bytes);
  const bool is_valid = content_start >= 0 && start >= content_start && end >= 0 && blocks.block_bytes > 0 &&
                        blocks.block_bytes <= INT32_MAX && count <= INT32_MAX / 2 && threads > 0 &&
                        buffers.length >= room && words.length >= uint64_t(FILE_BLOCKS_SHARES) + threads;
  if (!is_valid) return throw_range(info.Env(), "summarizeBlocks");
  blocks.block_count = uint32_t(count);
  if (!are_within(blocks)) return throw_range(info.Env(), "summarizeBlocks");
  blocks.reach = reach_of(blocks.start, blocks.content_start);
  void* data = nullptr;
  const MappingId window = MappingId(mapping);
  const int refused = mapping < 0 ? 0 : open_window(window, blocks.reach, length_of(blocks), &data);
  if (refused == ERANGE) return throw_range(info.Env(), "summarizeBlocks");
  if (refused != 0) return throw_errno(info.Env(), "summarizeBlocks", refused);
  blocks.mapped = static_cast<const uint8_t*>(data);
  FileBlocksWorker* const worker = new FileBlocksWorker(info, blocks, window);
  worker->Queue(); // deletes itself behind its answer
  return worker->promise();
}

}  // namespace
}  // namespace linemill
