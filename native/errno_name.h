/** The names of error numbers, since `code` of an error in Node is the name. */
#pragma once

namespace linemill {

/** Such as "ENODEV"; "UNKNOWN" for numbers that the calls of mapping.cc do not give. */
const char* errno_name(int number);

}  // namespace linemill
