using Filecoin.Sealing.Graph;
using Xunit;

namespace Filecoin.Sealing.Tests.Graph;

public class FeistelTests
{
    private static readonly ulong[] Keys = [1, 2, 3, 4];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(17)]
    [InlineData(64)]
    [InlineData(1000)]
    public void It_is_a_permutation_of_any_number_of_elements(int elements)
    {
        Feistel feistel = new((ulong)elements, Keys);

        ulong[] images = [.. Enumerable.Range(0, elements).Select(i => feistel.Permute((ulong)i))];

        Assert.Equal(Enumerable.Range(0, elements).Select(i => (ulong)i), images.Order());
    }

    [Theory]
    [InlineData(1UL, 1)]
    [InlineData(5UL, 4)]
    [InlineData(1024UL, 1)]
    [InlineData(1024UL, 4)]
    [InlineData(1024UL, 8)]
    [InlineData(1UL << 33, 8)]
    [InlineData(1UL << 34, 4)]
    [InlineData((1UL << 34) + 1, 8)]
    public void Many_at_once_by_table_equal_one_by_one(ulong elements, int lanes)
    {
        Feistel feistel = new(elements, Keys);
        FeistelTables tables = new(feistel, lanes);
        int[] pending = new int[300];
        for (int count = 0; count <= 300; count += count < 20 ? 1 : 70)
        {
            ulong[] indices = [.. Enumerable.Range(0, count).Select(i => (elements - 1) / (ulong)(i + 1))];
            ulong[] expected = [.. indices.Select(index => feistel.Permute(index))];

            tables.PermuteAll(indices, pending);

            Assert.Equal(expected, indices);
        }
    }

    // A table has an entry for every half index: past 2^40 elements that is no longer small.
    [Fact]
    public void More_elements_than_tables_are_made_for_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeistelTables(new Feistel((1UL << 40) + 1, Keys), 1));
    }
}
