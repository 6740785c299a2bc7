/**
 * Words that say nothing about what a task is about: articles, pronouns, auxiliaries, and the phrases of asking
 * ("could you please help me find"). Lower-case, before stemming.
 */
export const stopWords: ReadonlySet<string> = new Set(
  `a about above after again against all also am an and any anything anyone are aren as at be because been before being
  below between both but by can cannot could couldn d did didn do does doesn doing don done down during each either else
  etc even ever every few for from further get gets getting give gives given go goes going got had hadn has hasn have
  haven having he her here hers herself him himself his how i if in into is isn it its itself just kind let lets like ll
  look looking m ma make makes may maybe me might mine more most much must my myself need needed needs no nor not now of
  off on once one only or other our ours ourselves out over own perhaps please re really s same shall she should shouldn
  so some somebody someone something sort still such t tell than thank thanks that the their theirs them themselves then
  there these they thing things this those through to too try trying under until up upon us use used user users using ve
  very via want wanted wants was wasn way we well were weren what whatever when where whether which while who whom whose
  why will with within without won would wouldn you your yours yourself yourselves able hi hello hey okay ok sure yes
  know show help assist assistance provide provides providing interested possible possibly currently specific
  different various based including include includes per`.split(/\s+/),
)
