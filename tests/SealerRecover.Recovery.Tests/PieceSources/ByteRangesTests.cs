using FsCheck;
using FsCheck.Fluent;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Recovery.Tests.PieceSources;

public class ByteRangesTests
{
    private const int Length = 200;

    [Fact]
    public void Whatever_is_added_is_there_and_nothing_else() => Prop.ForAll(
        ArbMap.Default.ArbFor<(byte, byte)[]>(),
        pairs =>
        {
            bool[] there = new bool[Length];
            ByteRanges ranges = new();
            foreach ((byte first, byte second) in pairs)
            {
                (int start, int end) = (Math.Min(first, second) % Length, Math.Max(first, second) % Length);
                if (start <= end)
                {
                    ranges.Add(start, end);
                    there.AsSpan(start, end - start).Fill(true);
                }
            }

            Assert.Equal(there.Count(is_there => is_there), ranges.Total);
            Assert.Equal(Array.LastIndexOf(there, true) + 1, ranges.End);
            foreach ((long start, long end) in ranges.Missing(Length, 7))
            {
                Assert.InRange(end - start, 1, 7);
                Assert.DoesNotContain(true, there[(int)start..(int)end]);
                there.AsSpan((int)start, (int)(end - start)).Fill(true);
            }

            Assert.DoesNotContain(false, there);
            Assert.True(ByteRanges.TryRead(ranges.ToArray(), Length, out ByteRanges again));
            Assert.Equal(ranges.ToArray(), again.ToArray());
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(new long[] { 1 })]
    [InlineData(new long[] { 5, 5 })]
    [InlineData(new long[] { 5, 3 })]
    [InlineData(new long[] { -1, 3 })]
    [InlineData(new long[] { 0, 201 })]
    [InlineData(new long[] { 0, 5, 4, 9 })]
    [InlineData(new long[] { 0, 5, 5, 9 })]
    [InlineData(new long[] { 10, 20, 0, 5 })]
    [InlineData(new long[] { 0, long.MaxValue })]
    public void Bounds_out_of_order_or_out_of_the_file_are_not_read(long[] bounds) =>
        Assert.False(ByteRanges.TryRead(bounds, Length, out _));
}
