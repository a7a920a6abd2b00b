/**
 * How a process ends that the runtime aborts, as it does where a thread's heap overflows in one great step; or that
 * is aborted on purpose, since threads that are stuck in system calls would keep it from ending.
 */
#pragma once

#include <string>

namespace linemill {

/**
 * From now on, let an abort (SIGABRT) remove files, write a text to standard error and end the process with `status`.
 *
 * @param paths the files, each path ended by a NUL.
 */
void prepare_abort(const std::string& text, const std::string& paths, int status);

}  // namespace linemill
