using Filecoin.Cryptography.Kernels;
using Xunit;

namespace Filecoin.Cryptography.Tests.Kernels;

public class ProcessorFeaturesTests
{
    private static readonly ProcessorFeature Everything =
        ProcessorFeatureNames.All.Aggregate(ProcessorFeature.None, (all, entry) => all | entry.Feature);

    [Fact]
    public void Every_feature_has_a_name_of_its_own()
    {
        Assert.Equal(
            Enum.GetValues<ProcessorFeature>().Where(feature => feature != ProcessorFeature.None).Order(),
            ProcessorFeatureNames.All.Select(entry => entry.Feature).Order());
        Assert.Equal(ProcessorFeatureNames.All.Length, ProcessorFeatureNames.All.Select(entry => entry.Name).Distinct().Count());
    }

    [Fact]
    public void Lists_of_names_are_read()
    {
        Assert.True(ProcessorFeatureNames.TryParse("", out ProcessorFeature none, out _));
        Assert.Equal(ProcessorFeature.None, none);
        Assert.True(ProcessorFeatureNames.TryParse(string.Join(" , ", ProcessorFeatureNames.All.Select(entry => entry.Name)), out ProcessorFeature all, out _));
        Assert.Equal(Everything, all);
        Assert.False(ProcessorFeatureNames.TryParse("avx2,AVX512,adx", out _, out string unknown));
        Assert.Equal("AVX512", unknown);
    }

    [Fact]
    public void What_is_masked_is_gone_and_said_to_be_masked()
    {
        foreach ((ProcessorFeature feature, _) in ProcessorFeatureNames.All)
        {
            ProcessorFeatures features = new(feature);
            Assert.False(features.Has(feature));
            Assert.StartsWith("masked: ", features.Lack(feature), StringComparison.Ordinal);
            Assert.Equal(new ProcessorFeatures(ProcessorFeature.None).Present & ~feature, features.Present);
        }
    }

    [Fact]
    public void A_reason_is_given_exactly_where_something_is_missing()
    {
        ProcessorFeatures features = new(ProcessorFeature.None);
        Assert.True(features.Has(ProcessorFeature.None));
        Assert.Null(features.Lack(ProcessorFeature.None));
        Assert.All(ProcessorFeatureNames.All, entry => Assert.Equal(features.Has(entry.Feature), features.Lack(entry.Feature) is null));

        // No processor has both families' SHA instructions.
        Assert.False(features.Has(Everything));
        Assert.Contains(" lacks the SHA", features.Lack(ProcessorFeature.ShaNi | ProcessorFeature.ArmSha2), StringComparison.Ordinal);
    }

    [Fact]
    public void Wide_vectors_are_only_there_with_narrower_ones()
    {
        ProcessorFeatures features = new(ProcessorFeature.None);
        Assert.True(!features.Has(ProcessorFeature.Avx512) || features.Has(ProcessorFeature.Avx2));
        Assert.True(!features.Has(ProcessorFeature.Avx2) || features.Has(ProcessorFeature.Avx));
    }
}
