// For `linemill run`: every line as it is.
export default (line) => line
