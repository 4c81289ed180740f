// CommonJS: webpack loads it. Switches one guard off; `bundle.ts` has checked that it is there.
module.exports = function replace(source) {
  const { text, by } = this.getOptions();
  return source.replace(text, () => by);
};
