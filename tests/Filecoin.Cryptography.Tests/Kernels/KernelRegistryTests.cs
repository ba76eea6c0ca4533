using Filecoin.Cryptography.Kernels;
using Xunit;

namespace Filecoin.Cryptography.Tests.Kernels;

public sealed class KernelRegistryTests
{
    private static readonly ProcessorFeature Missing =
        ProcessorFeatures.Current.Has(ProcessorFeature.ArmSha2) ? ProcessorFeature.ShaNi : ProcessorFeature.ArmSha2;

    [Fact]
    public void The_best_that_is_here_does_the_work_and_any_other_by_its_name()
    {
        KernelRegistry<string> registry = Registry([]);
        Assert.Equal("second", registry.Create());
        Assert.Equal("third", registry.Create("third"));
        Assert.Equal(["second", "third"], registry.Available);
    }

    [Theory]
    [InlineData("best")]
    [InlineData("abacus")]
    [InlineData("")]
    public void What_is_not_here_is_refused_with_what_is(string name)
    {
        KernelRegistry<string> registry = Registry([]);
        string message = Assert.Throws<ArgumentException>(() => registry.Create(name)).Message;
        Assert.StartsWith($"this machine has no counting kernel '{name}'; it has second, third", message, StringComparison.Ordinal);
        Assert.Null(registry.Find(name));
    }

    [Fact]
    public void What_is_here_is_listed_first_and_the_rest_with_its_reason()
    {
        (string Name, string? Lack)[] listed = [.. Registry([]).Listed];
        Assert.Equal(["second", "third", "best"], listed.Select(variant => variant.Name));
        Assert.Equal([null, null, ProcessorFeatures.Current.Lack(Missing)], listed.Select(variant => variant.Lack));
        Assert.NotNull(listed[2].Lack);
    }

    [Fact]
    public void Kernels_are_made_once_and_only_those_that_are_asked_for()
    {
        List<string> made = [];
        KernelRegistry<string> registry = Registry(made);
        Assert.Equal(["second", "third"], registry.Available);
        Assert.Equal(3, registry.Listed.Count());
        Assert.Empty(made);
        Assert.Same(registry.Create(), registry.Create("second"));
        Assert.Equal(["second"], made);
    }

    [Fact]
    public void Code_that_the_system_refuses_after_all_leaves_the_work_to_the_next()
    {
        Assert.SkipUnless(ProcessorFeatures.Current.Has(ProcessorFeature.EmittedCode), "no code is made here");
        KernelRegistry<string> registry = new(
            "counting kernel",
            new("emitted", ProcessorFeature.EmittedCode, () => null),
            new("plain", ProcessorFeature.None, () => "plain"));
        Assert.Equal("plain", registry.Create());
        Assert.Equal([("plain", null), ("emitted", "the system refused memory for its code")], registry.Listed);
    }

    private static KernelRegistry<string> Registry(List<string> made)
    {
        return new(
            "counting kernel",
            new("best", Missing, () => Make("best")),
            new("second", ProcessorFeature.None, () => Make("second")),
            new("third", ProcessorFeature.None, () => Make("third")));

        string Make(string name)
        {
            made.Add(name);
            return name;
        }
    }
}
