/**
 * A description without what it says it is not for: "Do not use for …", "Not for …", "For copy, see copywriting".
 * Such sentences name the tasks of others, and words alone cannot tell.
 */
export function withoutExclusions(description: string): string {
  if (!mayExclude.test(description)) return description
  const kept = description
    .replace(asides, ' ')
    .split(/(?<=[.!?;\n])\s+|(?<=[;\n])/)
    .filter((sentence) => !exclusion.test(sentence) && !referral.test(sentence))
  return kept.length > 0 ? kept.join(' ') : description
}

const mayExclude = /\b(?:not|don['’]?t|never|avoid|skip|see|use|prefer)\b/i

const exclusion =
  /^\W*(?:(?:please )?(?:do not|don['’]?t|never) (?:use|trigger|invoke|apply|activate|call)|not (?:for|intended|suitable|meant|to be used)|when not to use|avoid (?:using|this|for|when|if)|skip (?:this|for|when|if))\b/i

/** "For launch emails, see emails." The rest after the verb is short: it is the other's name. */
const referral =
  /^\W*(?:for|if|when) [^.!?;]{3,200}?(?:,|:|→|—|-) ?(?:please )?(?:see|use|prefer|try|refer to|switch to|go to|invoke) (?!this|it\b|when\b|the following)[^.!?;]{2,90}[.;]?\s*$/i

const asides = /(?:\(|\s[—–-]\s?|,\s)(?:but )?not (?:for|intended for|to be used)\b[^.!?;)]*\)?/gi
