import pluginVue from "eslint-plugin-vue";
import tseslint from "typescript-eslint";
import vueParser from "vue-eslint-parser";

/**
 * Layers, downward only (README.md): app -> features -> live, identity -> connection -> protocol.
 * `components/` draws and knows none of them; a feature sees only the `contract` of another feature.
 */
const above = {
  pinyin: ["protocol", "connection", "live", "identity", "features", "components", "app", "preferences", "i18n"],
  protocol: ["connection", "live", "identity", "features", "components", "app", "preferences", "i18n"],
  connection: ["live", "identity", "features", "components", "app", "preferences", "i18n"],
  live: ["features", "components", "app"],
  identity: ["features", "components", "app"],
  components: ["protocol", "connection", "live", "identity", "features", "app"],
  features: ["app"],
  app: [],
};

const layerRules = Object.entries(above).map(([layer, forbidden]) => ({
  files: [`src/${layer}/**/*.{ts,vue}`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { group: [...forbidden, "gallery"].map((name) => `@/${name}/**`), message: `${layer}/ must not import upward (README.md, layers).` },
          ...(layer === "features"
            ? [
                {
                  regex: "^@/features/[a-z_]+/(?!contract$)",
                  message: "Of another feature import only its contract; of your own use relative paths.",
                },
              ]
            : []),
          ...(["protocol", "connection"].includes(layer)
            ? [{ group: ["vue", "vue-*", "pinia", "reka-ui"], message: `${layer}/ is plain TypeScript.` }]
            : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["dist/**", "dist-gallery/**", "node_modules/**", "src/protocol/generated.ts", "coverage/**"] },
  ...tseslint.configs.strict,
  ...pluginVue.configs["flat/recommended"],
  {
    files: ["**/*.vue"],
    languageOptions: { parser: vueParser, parserOptions: { parser: tseslint.parser, extraFileExtensions: [".vue"] } },
  },
  {
    files: ["src/**/*.{ts,vue}"],
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "no-console": "error",
      "no-eval": "error",
      "no-new-func": "error",
      eqeqeq: "error",
      "vue/no-v-html": "error",
      "vue/multi-word-component-names": "error",
      "vue/block-lang": ["error", { script: { lang: "ts" } }],
      "vue/component-api-style": ["error", ["script-setup"]],
      "vue/define-props-declaration": ["error", "type-based"],
      "vue/define-emits-declaration": ["error", "type-based"],
      "vue/max-attributes-per-line": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/html-self-closing": ["error", { html: { void: "always" } }],
      "vue/html-indent": "off",
      "vue/html-closing-bracket-newline": "off",
      "vue/first-attribute-linebreak": "off",
      "vue/multiline-html-element-content-newline": "off",
      "vue/require-default-prop": "off",
      // Every word people read stands in the catalogue.
      "vue/no-bare-strings-in-template": ["error", { allowlist: ["□", "Apache-2.0", "·", "…", "@", "会", "Ctrl K", "•", ":", "/"] }],
      "max-lines": ["error", { max: 300, skipBlankLines: false }],
    },
  },
  ...layerRules,
  { files: ["src/**/*.test.ts"], rules: { "max-lines": ["error", { max: 600 }] } },
  { files: ["scripts/**", "*.config.*"], rules: { "no-console": "off" } },
);
