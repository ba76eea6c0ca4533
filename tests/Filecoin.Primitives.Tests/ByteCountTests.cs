using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Primitives;

public class ByteCountTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(34359738368, "32.0 GiB")]
    [InlineData(long.MaxValue, "8192.0 PiB")]
    public void Bytes_read_naturally(long bytes, string expected) => Assert.Equal(expected, ByteCount.Text(bytes));

    [Theory]
    [InlineData(4096, "4 KiB")]
    [InlineData(1610612736, "1.5 GiB")]
    public void Even_numbers_need_no_decimals(long bytes, string expected) => Assert.Equal(expected, ByteCount.Text(bytes, "0.##"));

    [Theory]
    [InlineData("34359738368", 34359738368)]
    [InlineData(" 32gib ", 34359738368)]
    [InlineData("512 MiB", 536870912)]
    [InlineData("12B", 12)]
    [InlineData("8191PiB", 8191L << 50)]
    public void Whole_numbers_are_read_with_or_without_a_unit(string text, long expected) =>
        Assert.Equal(expected, ByteCount.TryParse(text, out long bytes) ? bytes : -1);

    [Theory]
    [InlineData("")]
    [InlineData("GiB")]
    [InlineData("32GB")]
    [InlineData("-1KiB")]
    [InlineData("1.5GiB")]
    [InlineData("8192PiB")]
    public void Other_texts_are_no_numbers_of_bytes(string text) => Assert.False(ByteCount.TryParse(text, out _));
}
