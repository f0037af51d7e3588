// An effect whose body is an expression gives React whatever that returns as its cleanup:
// `useEffect(() => element.scrollIntoView())` then breaks the page where that is a promise.

const HOOKS = new Set(["useEffect", "useLayoutEffect", "useInsertionEffect"]);
const MESSAGE = "Give the effect a body in braces: what an expression returns is taken as its cleanup.";

const effectHasABody = {
  create: (context) => ({
    CallExpression(node) {
      const name = node.callee.property?.name ?? node.callee.name;
      const effect = node.arguments[0];
      if (HOOKS.has(name) && effect?.type === "ArrowFunctionExpression" && effect.expression) {
        context.report({ node: effect, message: MESSAGE });
      }
    },
  }),
};

export default { meta: { name: "aizuchi" }, rules: { "effect-has-a-body": effectHasABody } };
