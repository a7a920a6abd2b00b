/**
 * Blocks of a file summarised on threads of their own, which start in microseconds and know nothing of JavaScript: for
 * work that needs no more of a block than its summary.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "scanners.h"

namespace linemill {

/** Blocks of one length that follow each other in a file, the last one cut off at `end`, and where their summaries go. */
struct FileBlocks {
  const Scanners* scanners;
  Dialect dialect;
  /** The file's bytes from `reach` on, if it is mapped; else null, and they are read from `fd`. */
  const uint8_t* mapped;
  uint64_t reach;
  int fd;
  uint64_t content_start;
  uint64_t start;
  uint64_t end;
  uint32_t block_bytes;
  uint32_t block_count;
  /** SUMMARY_WORDS for each block. */
  uint32_t* summaries;
  /** Where threads tell how far they are, and are told to stop; layout: FILE_BLOCKS_. */
  int32_t* words;
  uint32_t thread_count;
  /** Room for `block_buffer_bytes` for each thread, where blocks are read. */
  uint8_t* buffers;
};

/** The first byte that summarising looks at: a block's scan begins two bytes before it, unless content does not. */
uint64_t reach_of(uint64_t start, uint64_t content_start);

/** Bytes that a thread reads a block into, with those before it, and some so that threads share no cache line. */
uint64_t block_buffer_bytes(uint32_t block_bytes);

/**
 * Summarise blocks until none is left, one of them cannot be read, or FILE_BLOCKS_STOP is not 0. Blocks that are left
 * undone keep their summaries as they were. The calling thread is one of the threads; fewer take part where the system
 * gives no more.
 */
void summarize_blocks(const FileBlocks& blocks);

}  // namespace linemill
