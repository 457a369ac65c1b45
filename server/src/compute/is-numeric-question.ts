/** A cheap rule, in English and Chinese: does a question ask for a number that has to be calculated? */

const english: readonly RegExp[] = [
  /\b(?:sum|total|totals|altogether|together|combined|in all|overall amount|net (?:of|amount|income|profit|loss|cash)|add up|comes? to)\b/i,
  /\b(?:average|mean|median)\b(?! (?:that|by|to))/i,
  /\b(?:difference (?:between|in|of)|how (?:much|many) (?:more|less|(?!other|ever|water|paper|power)[a-z]+er))\b/i,
  /\b(?:percent(?:age)?|per cent|ratio|proportion|share of|fraction of|growth rate|rate of change)\b|%/i,
  /\b(?:how many times|times (?:as|more|larger|higher)|twice|per (?:unit|head|capita|month|day|hour))\b/i,
  /\b(?:count|number) of\b|\bhow many\b/i,
  /\b(?:highest|lowest|largest|smallest|biggest|maximum|minimum|the most|the fewest|the least|cheapest|longest|shortest)\b/i,
  /\b(?:by how much|increase[ds]? (?:by|from|between)|decrease[ds]? (?:by|from|between)|gr[eo]w(?:n|th|s)?\b.*\b(?:from|between|by))\b/i,
  /\b(?:add|subtract|multiply|divide|calculate|compute|convert)\b/i,
];
const chinese: readonly RegExp[] = [
  /总(?:和|计|数|额|共|量)|总.{1,6}(?:多少|几)|合计|一共|共计|累计|加起来|之和/,
  /平均|均值|中位数/,
  /相差|差额|差值|之差|多多少|少多少|高多少|低多少|多出|减去|(?:增加|减少|提高|上涨|下跌)了?多少/,
  /百分之|百分比|占比|比例|比率|增长率|增幅|降幅|同比|环比|几成|增长了?多少|下降了?多少/,
  /多少倍|几倍|两倍|翻了/,
  /有(?:多少|几)(?:个|项|家|条|行|人|次|种)/,
  /最(?:高|低|大|小|多|少|长|短|贵|便宜)/,
  /计算|换算|求和/,
];
/** They ask about code or meaning although a word above is in them. */
const notNumeric =
  /\b(?:what does|explain|why|where is|defined|function|method|class)\b.*\b(?:mean|sum|total|count|average|percent)\w*\b/i;

export function isNumericQuestion(question: string): boolean {
  if (chinese.some((pattern) => pattern.test(question))) return true;
  return english.some((pattern) => pattern.test(question)) && !notNumeric.test(question);
}
