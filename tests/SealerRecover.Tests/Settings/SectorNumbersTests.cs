using System.Globalization;
using Filecoin.Primitives;
using FsCheck;
using FsCheck.Fluent;
using SealerRecover.Settings;
using Xunit;

namespace SealerRecover.Tests.Settings;

public class SectorNumbersTests
{
    [Theory]
    [InlineData("0", new ulong[] { 0 })]
    [InlineData("007", new ulong[] { 7 })]
    [InlineData("1,2,5", new ulong[] { 1, 2, 5 })]
    [InlineData("3-6", new ulong[] { 3, 4, 5, 6 })]
    [InlineData("3-3", new ulong[] { 3 })]
    [InlineData("5, 1 - 2 ,9", new ulong[] { 5, 1, 2, 9 })]
    [InlineData("1|1,1-3|2", new ulong[] { 1, 2, 3 })]
    [InlineData("9223372036854775807", new ulong[] { long.MaxValue })]
    [InlineData("9223372036854775800-9223372036854775801", new ulong[] { 9223372036854775800, 9223372036854775801 })]
    [InlineData("000000000000000000000000000000000000000000000000012", new ulong[] { 12 })]
    public void Numbers_lists_and_ranges_are_read_in_order_and_once(string words, ulong[] expected) =>
        Assert.Equal(expected, SectorNumbers.Parse(words.Split('|')));

    [Fact]
    public void No_words_are_no_sectors() => Assert.Empty(SectorNumbers.Parse([]));

    [Theory]
    [InlineData("", "is not a sector number")]
    [InlineData("1,,2", "is not a sector number")]
    [InlineData("1,", "is not a sector number")]
    [InlineData("seven", "is not a sector number")]
    [InlineData("1.5", "is not a sector number")]
    [InlineData("+1", "is not a sector number")]
    [InlineData("1-", "is not a sector number")]
    [InlineData("1-2-3", "is not a sector number")]
    [InlineData("١٢", "is not a sector number")]
    [InlineData("0x10", "is not a sector number")]
    [InlineData("--bogus", "is not an option")]
    [InlineData("-5", "is not an option")]
    [InlineData("40-3", "runs backwards")]
    [InlineData("9223372036854775808", "is larger than any sector number")]
    [InlineData("18446744073709551616", "is larger than any sector number")]
    [InlineData("0-18446744073709551615", "is larger than any sector number")]
    [InlineData("0-9223372036854775807", "more than 100000 sectors")]
    [InlineData("0-100000", "more than 100000 sectors")]
    [InlineData("0-99999,100000", "more than 100000 sectors")]
    public void What_is_no_sector_number_is_refused_in_a_sentence(string word, string sentence)
    {
        OperatorException refused = Assert.Throws<OperatorException>(() => SectorNumbers.Parse([word]));
        Assert.Equal(FailureKind.BadInput, refused.Kind);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(refused.Hint.ToString());
    }

    [Fact]
    public void A_number_of_a_million_digits_is_refused_briefly()
    {
        OperatorException refused = Assert.Throws<OperatorException>(() => SectorNumbers.Parse([new string('9', 1_000_000)]));
        Assert.InRange(refused.Message.Length, 20, 200);
    }

    [Fact]
    public void The_largest_run_is_accepted() => Assert.Equal(SectorNumbers.Most, SectorNumbers.Parse(["1-100000"]).Count);

    [Fact]
    public void Any_text_is_read_or_refused_with_a_printable_sentence() =>
        Prop.ForAll<NonNull<string>>(text =>
        {
            try
            {
                return SectorNumbers.Parse([text.Get]).Count > 0;
            }
            catch (OperatorException refused)
            {
                return !refused.Message.Any(char.IsControl);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_printed_reads_back() =>
        Prop.ForAll<ulong[]>(numbers =>
        {
            ulong[] valid = [.. numbers.Select(number => number % SectorNumbers.Largest).Distinct()];
            string text = string.Join(',', valid.Select(number => number.ToString(CultureInfo.InvariantCulture)));
            return valid.Length == 0 || SectorNumbers.Parse([text]).SequenceEqual(valid);
        }).QuickCheckThrowOnFailure();
}
