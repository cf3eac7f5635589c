package dnr

import (
	"regexp"
	"regexp/syntax"
	"slices"
)

// maxRegexOps is how many instructions of RE2 an expression may have: Chromium
// refuses what takes more than 2 KB, which has been measured to be this many.
const maxRegexOps = 113

// compileRegex compiles an RE2 expression; nil for one that is none, or is
// larger than Chromium takes.
func compileRegex(s string, sensitive bool) *regexp.Regexp {
	flags := syntax.Perl
	if !sensitive {
		flags |= syntax.FoldCase
	}
	tree, err := syntax.Parse(s, flags)
	if err != nil {
		return nil
	}
	tree = tree.Simplify()
	prog, err := syntax.Compile(tree)
	if err != nil || regexOps(prog)-len(prefix(tree)) > maxRegexOps {
		return nil
	}
	if !sensitive {
		s = "(?i:" + s + ")"
	}
	re, err := regexp.Compile(s)
	if err != nil {
		return nil
	}
	return re
}

// prefix is the text that every match begins with, which RE2 compares by itself.
func prefix(tree *syntax.Regexp) []rune {
	if tree.Op == syntax.OpConcat && len(tree.Sub) > 1 && tree.Sub[0].Op == syntax.OpBeginText && tree.Sub[1].Op == syntax.OpLiteral {
		return tree.Sub[1].Rune
	}
	return nil
}

// regexOps counts the instructions that RE2 makes of an expression, of Latin-1
// and without captures, as Chromium has it. A class takes one for each range of
// it and one for each choice between two; letters of both cases are one range.
func regexOps(prog *syntax.Prog) (n int) {
	for _, in := range prog.Inst {
		switch in.Op {
		case syntax.InstCapture, syntax.InstNop, syntax.InstFail:
		case syntax.InstRune:
			n += 2*max(ranges(in), 1) - 1
		case syntax.InstEmptyWidth:
			// The anchors of the whole are marks of the program.
			if op := syntax.EmptyOp(in.Arg); op != syntax.EmptyBeginText && op != syntax.EmptyEndText {
				n++
			}
		case syntax.InstRuneAnyNotNL:
			n += 3
		default:
			n++
		}
	}
	return n
}

func ranges(in syntax.Inst) (n int) {
	if len(in.Rune) == 1 || syntax.Flags(in.Arg)&syntax.FoldCase != 0 {
		return 1
	}
	pairs := slices.Collect(slices.Chunk(in.Rune, 2))
	for _, p := range pairs {
		if p[0] > 0xff {
			continue
		}
		const toLower = 'a' - 'A'
		if p[0] >= 'A' && p[1] <= 'Z' && slices.ContainsFunc(pairs, func(q []rune) bool { return q[0] <= p[0]+toLower && p[1]+toLower <= q[1] }) {
			continue
		}
		n++
	}
	return n
}
