// Go's template language as Helm runs it, for tools that must go on after an error: editors, queries (rules/*.scm), and
// src/tmpl/syntax.c, which tells all syntax errors of a chart in one run. Helm's own answer comes from src/tmpl/parse.c.
//
// What no grammar can say is checked in syntax.c: that functions and variables exist, that operands have a space between them,
// that a number is one, that break stands in a range.

const space = /[ \t\r\n]/;
const alnum = /[\p{L}\p{Nd}_]/;

// {{ and its form that trims the text before it, which a white space character must follow.
const open = token(choice('{{', seq('{{-', space)));
// }} and its form that trims; the white space that must stand before it is checked in syntax.c.
const close = token(choice('}}', '-}}'));

const field_name = seq('.', /[\p{L}_]/, repeat(alnum));

const decimal = seq(/[0-9_]+/, optional(seq('.', /[0-9_]*/)), optional(seq(/[eE]/, optional(/[+-]/), /[0-9_]*/)));
const fraction = seq('.', /[0-9][0-9_]*/, optional(seq(/[eE]/, optional(/[+-]/), /[0-9_]*/)));
const hex = seq(/0[xX]/, /[0-9a-fA-F_]*/, optional(seq('.', /[0-9a-fA-F_]*/)), optional(seq(/[pP]/, optional(/[+-]/), /[0-9_]*/)));
const octal = seq(/0[oO]/, /[0-7_]*/, optional(seq('.', /[0-7_]*/)));
const binary = seq(/0[bB]/, /[01_]*/, optional(seq('.', /[01_]*/)));
const digits = seq(choice(decimal, fraction, hex, octal, binary), optional('i'));

// {{ WORD ... }}
const tag = ($, ...inside) => seq($.open, ...inside, $.close);

module.exports = grammar({
    name: 'helm_template',
    extras: _ => [space],
    word: $ => $.identifier,
    conflicts: $ => [[$.range_declaration]],

    rules: {
        template_file: $ => repeat(choice($._item, $.define)),

        _item: $ => choice($.text, $.comment, $.action, $.if, $.range, $.with, $.block, $.template, $.break, $.continue),

        // From the first byte that is no blank. A brace that no other follows is text; the last one of a file stands alone.
        text: _ => choice(token(seq(choice(/[^{ \t\r\n]/, /\{[^{]/), /([^{]|\{[^{])*/)), '{'),
        comment: _ => token(seq('{{', optional(seq('-', space)), '/*', /([^*]|\*+[^*\/])*\*+/, '/', optional(seq(space, '-')), '}}')),
        open: _ => open,
        close: _ => close,

        action: $ => tag($, $.pipeline),
        // What follows {{ else }} holds the {{ end }} too, as in Go's own tree. So no clause ends at a {{ whose next word is not known yet:
        // the parser never splits in two, of which one would take `end` for a function.
        if: $ => seq(tag($, 'if', $.pipeline), repeat($._item), choice($._end, $.else_if_clause, $.else_clause)),
        else_if_clause: $ => seq(tag($, 'else', 'if', $.pipeline), repeat($._item), choice($._end, $.else_if_clause, $.else_clause)),
        with: $ => seq(tag($, 'with', $.pipeline), repeat($._item), choice($._end, $.else_with_clause, $.else_clause)),
        else_with_clause: $ => seq(tag($, 'else', 'with', $.pipeline), repeat($._item), choice($._end, $.else_with_clause, $.else_clause)),
        range: $ => seq(tag($, 'range', choice($.pipeline, alias($.range_pipeline, $.pipeline))), repeat($._item), choice($._end, $.else_clause)),
        else_clause: $ => seq(tag($, 'else'), repeat($._item), $._end),
        _end: $ => tag($, 'end'),

        define: $ => seq(tag($, 'define', field('name', $._string)), repeat($._item), $._end),
        block: $ => seq(tag($, 'block', field('name', $._string), $.pipeline), repeat($._item), $._end),
        template: $ => tag($, 'template', field('name', $._string), optional($.pipeline)),
        break: $ => tag($, 'break'),
        continue: $ => tag($, 'continue'),

        // Go takes a bar with nothing after it.
        pipeline: $ => seq(optional($.declaration), $._stages),
        range_pipeline: $ => seq(alias($.range_declaration, $.declaration), $._stages),
        _stages: $ => seq($.command, repeat(seq('|', $.command)), optional('|')),
        declaration: $ => seq($.variable_name, choice(':=', '=')),
        range_declaration: $ => seq($.variable_name, ',', optional(seq($.variable_name, choice(':=', '=')))),

        command: $ => repeat1($._operand),
        _operand: $ => choice($.identifier, $.field, $.variable, $.chain, $.parenthesized, $.dot, $.nil, $.boolean, $.number, $.character, $._string),

        parenthesized: $ => seq('(', $.pipeline, ')'),
        chain: $ => seq(choice($.identifier, $.parenthesized), repeat1(alias($.further_field, $.name))),
        field: $ => seq(alias($.first_field, $.name), repeat(alias($.further_field, $.name))),
        variable: $ => seq($.variable_name, repeat(alias($.further_field, $.name))),
        first_field: _ => token(field_name),
        further_field: _ => token.immediate(prec(1, field_name)),
        variable_name: _ => token(seq('$', repeat(alnum))),
        identifier: _ => token(seq(/[\p{L}_]/, repeat(alnum))),

        dot: _ => '.',
        nil: _ => 'nil',
        boolean: _ => choice('true', 'false'),
        number: _ => token(seq(optional(/[+-]/), digits, optional(seq(/[+-]/, digits)))),
        character: _ => token(seq("'", repeat(choice(/[^'\\\n]/, /\\[^\n]/)), "'")),
        _string: $ => choice($.string, $.raw_string),
        string: _ => token(seq('"', repeat(choice(/[^"\\\n]/, /\\[^\n]/)), '"')),
        raw_string: _ => token(seq('`', /[^`]*/, '`')),
    },
});
