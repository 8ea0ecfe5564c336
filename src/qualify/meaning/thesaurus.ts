/**
 * Words as the text model sees them: the words of buying and leaving are grouped by what they mean, all others lose
 * their ending. "Cancelled our membership" and "terminate the contract" become the same two tokens.
 */

/** Each group by the stems of its words; a word of two meanings stands in the group that matters here, or in none. */
const GROUPS: Readonly<Record<string, string>> = {
  we: "i we im ive id ill were weve wed well",
  our: "my our",
  you: "you u ya",
  your: "your ur",
  it: "it this that these those",
  the: "the a an",
  be: "is are was were be been am",
  can: "can could may might",
  would: "would will shall",
  not: "not dont doesnt didnt wont isnt arent wasnt wouldnt havent hasnt no",
  cannot: "cant cannot couldnt unable",
  want: "want wish like love wanna need require",
  please: "please pls plz kindly",
  who: "who someone somebody anyone anybody person human people",
  talk: "talk speak chat discuss call phone ring",
  contact: "contact reach connect",
  sales: "salesperson salespeople salesman saleswoman",
  price: "price pricing cost costs fee rates tariff",
  quote: "quote quotation proposal estimate rfq",
  expensive: "expensive overpriced pricey",
  buy: "buy bought purchase order acquire",
  licence: "licence license seat",
  plan: "plan package tier edition bundle",
  subscription: "subscription membership sub subs",
  subscribe: "subscribe resubscribe enroll enrol",
  premium: "premium pro plus gold",
  upgrade: "upgrade upgrad",
  trial: "trial",
  demo: "demo demonstration deno",
  company: "company companies organisation organization firm business corporation agency employer",
  employees: "employee staff users workers colleagues consultants endpoints machines",
  department: "department procurement compliance legal security ciso auditor",
  school: "school university campus charity nonprofit hospital bank government",
  discount: "discount coupon promo promotion",
  bulk: "bulk volume",
  cancel: "cancel cancellation cancelation terminate termination",
  stop: "stop end quit cease",
  renew: "renew renewal autorenew autorenewal recurring",
  delete: "delete deletion remove erase close closure deactivate",
  account: "account profile acct",
  refund: "refund reimburse reimbursement moneyback",
  charge: "charge bill debit",
  leave: "leave leaving left ditch dump quitting",
  switch: "switch move migrate",
  elsewhere: "elsewhere",
  alternative: "alternative replacement",
  goodbye: "goodbye bye farewell adieu",
  competitor: "competitor competition",
  customer: "customer client subscriber",
  service: "service support",
  product: "product software app application tool browser program",
  angry: "angry furious livid fuming",
  disappointed: "disappointed disappointing disappointment disappoint dissatisfied dissatisfaction unhappy",
  awful:
    "awful terrible horrible horrendous appalling atrocious abysmal dreadful shocking disgraceful shameful pathetic useless outrageous unacceptable ridiculous disgusting",
  bad: "bad poor lousy crappy",
  worst: "worst",
  garbage: "garbage rubbish trash crap junk shit bullshit",
  scam: "scam fraud theft thieves scammer thief robbery crook",
  lie: "lie lied liar liars lying",
  dumb: "dumb stupid idiotic idiot moronic moron brainless",
  suck: "suck sucks sucked",
  fed: "fed",
  complain: "complain complaint",
  ashamed: "ashamed shame disgrace appalled disgusted",
  ruin: "ruin destroy wreck",
};

const groupOf: ReadonlyMap<string, string> = new Map(
  Object.entries(GROUPS).flatMap(([group, words]) =>
    words.split(" ").flatMap((word) => [[word, `#${group}`] as const, [stem(word), `#${group}`] as const]),
  ),
);

/** The token of a word's key: its group ("#cancel"), else its stem. */
export function tokenOf(key: string): string {
  return groupOf.get(key) ?? groupOf.get(stem(key)) ?? stem(key);
}

/** A word without the endings of plural, past and -ing, and without a last e: both sides are cut alike. */
function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return /\d/.test(word) ? "0" : word;
  let cut = word;
  if (cut.endsWith("ies")) cut = `${cut.slice(0, -3)}y`;
  else if (cut.endsWith("s") && !/(ss|us|is)$/.test(cut)) cut = cut.slice(0, -1);
  if (cut.endsWith("ing") && /[aeiouy].*ing$/.test(cut) && cut.length > 5) cut = cut.slice(0, -3);
  else if (cut.endsWith("ied")) cut = `${cut.slice(0, -3)}y`;
  else if (cut.endsWith("ed") && /[aeiouy].*ed$/.test(cut) && cut.length > 4) cut = cut.slice(0, -2);
  if (/([bdgklmnprt])\1$/.test(cut) && cut.length < word.length) cut = cut.slice(0, -1);
  return cut.length > 3 && cut.endsWith("e") ? cut.slice(0, -1) : cut;
}
