using System.Globalization;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Primitives;

public sealed class HintTests
{
    [Fact]
    public void Settings_and_commands_stay_what_they_are_until_the_sentence_is_worded()
    {
        Hint folder = $"choose another {Setting.TempFolder}";
        Hint hint = $"Write it with {UserCommand.Export}, or {folder}" + (Hint)$" of {1.5} {null} bytes, {10:x}.";
        Assert.Equal([UserCommand.Export, Setting.TempFolder], hint.Named);
        Assert.Equal("Write it with Export, or choose another TempFolder of 1.5  bytes, a.", hint.ToString());
        Assert.Equal("Write it with <Export>, or choose another <TempFolder> of 1.5  bytes, a.", hint.Worded(named => $"<{named}>"));
    }

    [Fact]
    public void Joining_changes_neither()
    {
        Hint first = $"{Setting.Force}", second = "!";
        Assert.Equal("Force!Force", (first + second + first).ToString());
        Assert.Equal("Force", first.ToString());
        Assert.Equal("!", second.ToString());
    }

    [Fact]
    public void Numbers_are_the_same_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = "," } };
            Hint hint = $"{0.5} of {Setting.Parallel}";
            Assert.Equal("0.5 of Parallel", hint.ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
