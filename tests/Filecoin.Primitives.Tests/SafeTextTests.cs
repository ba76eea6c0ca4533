using Filecoin.Primitives;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace SealerRecover.Tests.Primitives;

public class SafeTextTests
{
    [Theory]
    [InlineData("plain text, ünïcode, 中文, [markup]", "plain text, ünïcode, 中文, [markup]")]
    [InlineData("\u001b[2Jgone", "\\x1b[2Jgone")]
    [InlineData("two\nlines\r", "two\\x0alines\\x0d")]
    [InlineData("\u202egnp.exe", "\\u202egnp.exe")]
    [InlineData("a\u2028b", "a\\u2028b")]
    [InlineData("\u009b31m", "\\x9b31m")]
    [InlineData("pair \ud83d\ude00", "pair \ud83d\ude00")]
    public void Nothing_moves_the_cursor(string text, string expected) => Assert.Equal(expected, SafeText.Clean(text));

    [Fact]
    public void Half_a_surrogate_pair_is_written_out() =>
        Assert.Equal("lone \\ud800.", SafeText.Clean("lone " + (char)0xd800 + "."));

    [Fact]
    public void Clean_text_is_free_of_controls_whatever_comes_in() =>
        Prop.ForAll<NonNull<string>>(text => !SafeText.Clean(text.Get).Any(char.IsControl)).QuickCheckThrowOnFailure();

    [Fact]
    public void Long_text_is_cut()
    {
        string cut = SafeText.Short(new string('x', 1000));
        Assert.Equal(new string('x', 60) + "... (1000 characters)", cut);
    }

    [Fact]
    public void Network_text_is_made_fit_for_a_terminal()
    {
        Assert.Equal("a b [31mred c", SafeText.Line("a\nb\u001b[31mred\u202ec", 100));
        Assert.Equal("a b  c", SafeText.Line("\r\na\r\n\u001bb  c\n", 100));
        Assert.Equal("abc…", SafeText.Line("abcdef", 3));
        Assert.Equal("", SafeText.Line((string?)null, 3));
    }
}
